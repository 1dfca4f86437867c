"""Pages that make something once, however many times their button is pressed."""

from uuid import UUID

from django.utils.crypto import salted_hmac

FORMULARIO = "formulario"  # the hidden field that tells one opening of a page from another


def once(salt: str, formulario: str | None, por) -> UUID | None:
    """Return the identity of what this opening of a page makes, or None when it doesn't say which opening it is. It is
    made with our secret, so that nobody can ask for one that they know."""
    sello = salted_hmac(salt, f"{por.pk} {formulario}", algorithm="sha256")
    return UUID(bytes=sello.digest()[:16], version=4) if formulario else None
