import os

from django.core.handlers.wsgi import WSGIRequest
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "monitor.settings")


class Request(WSGIRequest):
    """A request whose Content-Type anybody may have written: one that can't be read is that of no form and no JSON."""

    def _set_content_type_params(self, meta):
        try:
            super()._set_content_type_params(meta)
        except (ValueError, LookupError):  # it names an encoding that there isn't
            meta["CONTENT_TYPE"] = "application/octet-stream"
            super()._set_content_type_params(meta)


_django = get_wsgi_application()
_django.request_class = Request


def application(environ, start_response):
    """Answer as Django does, but give an answer that isn't streamed as a list: the server sends a list at once, and
    makes anything else piece by piece, while the client reads."""
    response = _django(environ, start_response)
    if response.streaming:
        return response
    response.close()  # the server closes any answer but a list
    return [response.content]
