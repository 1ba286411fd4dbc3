-- One row is a song that belonged with another one at a moment.
from similar_on($song, $moment)
