"""English, without the question whether 11/04 is in April or in November."""

DATE_FORMAT = SHORT_DATE_FORMAT = "j M Y"
# A time says its zone.
DATETIME_FORMAT = SHORT_DATETIME_FORMAT = "j M Y, H:i T"
TIME_FORMAT = "H:i"
MONTH_DAY_FORMAT = "j F"
YEAR_MONTH_FORMAT = "F Y"
