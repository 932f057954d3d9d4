"""German as Django has it, with the zone behind a time."""

DATETIME_FORMAT = "j. F Y, H:i T"
SHORT_DATETIME_FORMAT = "d.m.Y, H:i T"
