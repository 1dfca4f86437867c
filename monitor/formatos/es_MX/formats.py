"""The formats in which pages write dates: short ones, for lists and forms full of dates. Django's formats for es-mx
serve for the rest."""

DATE_FORMAT = "d/m/Y"
DATETIME_FORMAT = "d/m/Y H:i"
