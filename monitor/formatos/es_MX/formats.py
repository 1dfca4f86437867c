"""How pages write dates: short, for lists and forms full of them. What isn't here is Django's for es-mx."""

DATE_FORMAT = "d/m/Y"
DATETIME_FORMAT = "d/m/Y H:i"
