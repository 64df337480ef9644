"""Floor 03, indexing: parse an index, views or copies, gather and scatter."""

from penlight.indexing.masking import *
from penlight.indexing.reading import *
from penlight.indexing.reducing import *
from penlight.indexing.selecting import *
from penlight.indexing.writing import *
