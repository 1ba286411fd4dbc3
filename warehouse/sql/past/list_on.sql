-- One row is a song that stood on a published list at a moment.
from list_on('recommendations', $list, $moment)
