"""The version of a row: a number that grows whenever anybody writes it, by our verbs or by hand.

A writer that saw one version may ask that its change be made to that one and no other (`Seen`): two people don't undo
each other's work without knowing (docs/adr/0011).
"""

from collections.abc import Collection

from django.db import models


class Versioned(models.Model):
    """A row with a version. `monitor.db.writes` raises it in the UPDATE itself; for whoever writes otherwise, a trigger
    does (`monitor.db.triggers`)."""

    cambio: str  # the sentence for who saw another state of it
    versions_of: tuple[str, ...] = ()  # the references whose versions a write returns too, as `version_of_…`
    unversioned: tuple[str, ...] = ()  # columns that nobody is shown: writing them alone leaves the version as it is

    version = models.IntegerField("versión", db_default=1, default=1, editable=False)

    class Meta:
        abstract = True

    tagged_by: tuple[str, ...] = ("version",)

    @staticmethod
    def tag_of(version: int) -> str:
        """Return what tells this state of a row from any other, past or to come, given the values of `tagged_by`."""
        return str(version)

    @property
    def tag(self) -> str:
        return self.tag_of(*(getattr(self, name) for name in self.tagged_by))


class Remembered(models.Model):
    """A row that remembers what was read, by attname (`leida`), so that only what changes later is written."""

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, db, field_names, values, **options):  # Django 6 has others
        row = super().from_db(db, field_names, values, **options)
        row.leida = dict(zip(field_names, values, strict=True))
        return row


class Seen:
    """The states that a writer takes the row to be in: the tags of those that they saw of it, or any state with
    `anything`."""

    def __init__(self, tags: Collection[str] = (), *, anything: bool = False):
        self._tags, self._anything = frozenset(tags), anything

    def __contains__(self, row: Versioned) -> bool:
        return self._anything or row.tag in self._tags
