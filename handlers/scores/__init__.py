"""双向考评: a statement for each company, grid and community, every point of which opens to its tickets."""
