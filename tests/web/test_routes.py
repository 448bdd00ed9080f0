"""Addresses are written as Werkzeug writes them, by rules that are compiled when asked."""

import pytest
from werkzeug.routing import AnyConverter, IntegerConverter, Map, Rule

from bpo.web.routes import Route


def given(converter):
    if isinstance(converter, AnyConverter):
        return min(converter.items)
    return 7 if isinstance(converter, IntegerConverter) else "são & sol"


def values_of(rule):
    return {name: given(kind) for name, kind in rule._converters.items()} | {"page": "2 &"}


def written(kind, rules):
    """What each rule of the application makes of the same values, known names only and all."""
    same = Map([kind(rule.rule, endpoint=rule.endpoint, methods=rule.methods) for rule in rules])
    return [
        (rule.rule, rule.build(values_of(rule)), rule.build(values_of(rule), append_unknown=False))
        for rule in same.iter_rules()
    ]


def test_every_address_is_the_one_werkzeug_writes(app):
    rules = list(app.url_map.iter_rules())
    assert len(rules) > 300
    assert all(isinstance(rule, Route) for rule in rules if rule.endpoint != "static")
    assert sorted(written(Route, rules)) == sorted(written(Rule, rules))


def test_no_writer_is_compiled_before_the_first_address(monkeypatch):
    compiled = []
    whole = Rule._compile_builder
    monkeypatch.setattr(
        Rule,
        "_compile_builder",
        lambda rule, unknown: compiled.append(rule.rule) or whole(rule, unknown),
    )
    routes = Map([Route("/w/<slug>", endpoint="one"), Route("/u/<int:id>", endpoint="two")])
    address = routes.bind("localhost")
    address.match("/w/sol")
    assert compiled == []
    assert [address.build("one", {"slug": "sol", "q": x}) for x in "ab"] == [
        "/w/sol?q=a",
        "/w/sol?q=b",
    ]
    assert compiled == ["/w/<slug>"]


def test_a_name_that_is_missing_makes_no_address():
    address = Map([Route("/w/<slug>", endpoint="one")]).bind("localhost")
    with pytest.raises(LookupError):
        address.build("one", {})
