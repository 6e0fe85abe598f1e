"""How much an input may hold: every limit is written here, once, and in docs/inputs.md."""

#: Bytes of a file.
BYTES = 5_000_000

#: Columns of a CSV file, its rows, and characters of a cell or another text (what a cell of Excel
#: takes).
COLUMNS = 200
ROWS = 5_000
CHARACTERS = 32_767

#: Characters of a name, and bytes of a file's name (what file systems take).
LONGEST_NAME = 100
LONGEST_PATH = 255

#: Rows of a look-up table.
TABLE_ROWS = 20_000

#: Sessions of all courses, and the items and quantities of a course.
SESSIONS = 500
ITEMS = 100

#: Parameters and variables together.
QUANTITIES = 2_000

#: States, strategies, scenarios.
STATES = 200
STRATEGIES = 100
SCENARIOS = 1_000
SUBGROUPS = 100

#: Levels of a TOML file's tables, and its largest whole number.
LEVELS = 20
LARGEST = 2**53

#: Years that somebody may live, and the years that a price may be of.
OLDEST = 130.0
FIRST_PRICE_YEAR = 1900
LAST_PRICE_YEAR = 2100

#: What anything may cost: more, and sums of it are no numbers any more.
LARGEST_AMOUNT = 1e15

#: Persons in an arm of a trial, and what a standardised difference and its standard error may be.
PERSONS = 10**9
LARGEST_DIFFERENCE = 1_000.0
SMALLEST_ERROR, LARGEST_ERROR = 0.001, 1_000.0
