"""The formats in which pages write dates: short, for lists and forms full of them. Django's for es-mx serve for the
rest."""

DATE_FORMAT = "d/m/Y"
DATETIME_FORMAT = "d/m/Y H:i"
