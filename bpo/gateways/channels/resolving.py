"""Where a provider's name leads: asked once for each connection, and never into our own network.

A company types the address of its provider. A name that leads to a private address would let it
speak to machines that only we can reach, and a name may lead elsewhere the second time it is asked:
so the connection goes to the very address that was looked at.
"""

import ipaddress
import socket
from collections.abc import Callable, Iterable
from typing import Any

Resolver = Callable[[str, int], Iterable[str]]
"""The addresses of a name, for a port. Raises OSError."""


class Inside(OSError):
    """A name leads into our own network."""


def addresses(host: str, port: int) -> list[str]:
    """As the system resolves a name, in its order."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(place[0]) for *_, place in found))


def pinned(host: str, port: int, resolve: Resolver) -> str:
    """The address to connect to. Raises Inside when any that the name leads to is not public.

    A literal address, and this machine by its name, are taken as they are: which ones may be set
    up, `registry.options` says.
    """
    if is_literal(host) or host == "localhost":
        return host
    found = list(resolve(host, port))
    if not found:
        raise OSError(f"{host} leads nowhere")
    if not all(_is_public(one) for one in found):
        raise Inside(f"{host} leads into a private network")
    return found[0]


def is_literal(host: str) -> bool:
    """Whether a host is an address and not a name."""
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def is_public(host: str) -> bool:
    """Whether a literal address can be reached by everybody; a name is not looked at here."""
    return not is_literal(host) or _is_public(host)


def connecting_to(address: str) -> Callable[..., socket.socket]:
    """What a connection of the standard library calls to connect: it goes to this address, while
    the certificate is still checked against the name."""

    def connect(place: tuple[str, int], *more: Any, **named: Any) -> socket.socket:
        return socket.create_connection((address, place[1]), *more, **named)

    return connect


def _is_public(address: str) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    found = getattr(found, "ipv4_mapped", None) or found
    return found.is_global and not found.is_multicast
