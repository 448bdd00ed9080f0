"""Language and colour theme, remembered by the browser for pages without a signed-in reader."""

from datetime import timedelta

from werkzeug.wrappers import Response

from bpo.gateways import outside

KEPT_FOR = timedelta(days=365)


def remember(response: Response, locale: str | None, theme: str | None) -> Response:
    """Set the cookies that the layouts read; None leaves a choice as it is."""
    secure = outside.current().settings.secure_cookies
    for name, value in (("locale", locale), ("theme", theme)):
        if value:
            response.set_cookie(name, value, max_age=KEPT_FOR, secure=secure, samesite="Lax")
    return response
