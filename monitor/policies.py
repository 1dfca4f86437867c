"""The Content-Security-Policy and the other headers that tell a browser what it may do with our answers.

Every page gets its scripts and styles from files of this host. None may be shown inside a page of somebody else.
"""

# What isn't a page: JSON, files, redirects.
NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

# A file that somebody sent, which a browser may show: it can do nothing there.
FILE = "sandbox; default-src 'none'"

# A page of text and links.
TEXT = (
    "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)

# The admin's menus of choices ask the server for more.
ADMIN = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)

# The page of a mail shows it in a frame without scripts, which obeys the policy of the page around it; the styles of a
# mail are in its tags.
ADMIN_WITH_MAIL = f"{ADMIN}; style-src-attr 'unsafe-inline'"

# Swagger UI sets styles by script and draws icons from `data:` addresses; everything else must come from this host.
DOCS = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

NO_DEVICES = ", ".join(
    f"{device}=()"
    for device in "accelerometer camera geolocation gyroscope magnetometer microphone payment usb".split()
)

CSP, CORP = "Content-Security-Policy", "Cross-Origin-Resource-Policy"

# The headers of what has none of its own. No other site may load it as its image, its script and the like.
OF_DATA = {CSP: NOTHING, CORP: "same-origin"}
OF_ADMIN = {CSP: ADMIN, "Permissions-Policy": NO_DEVICES, CORP: "same-origin"}


def page(response, policy: str):
    """Give a page a policy of its own, and return it."""
    for name, value in (OF_ADMIN | {CSP: policy}).items():
        response.headers[name] = value
    return response
