"""双向考评: score statements for companies, grids and communities; each line lists its tickets."""
