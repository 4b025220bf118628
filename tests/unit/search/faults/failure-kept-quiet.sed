# files: roster.c
# A failed start does not take along the starts that require it.
# caught: a start that failed takes along the starts that require it
s/EDGE_KIND(edges.at\[i\]) == EDGE_REQUIRED_BY && r->services\[other\].job == JOB_START/EDGE_KIND(edges.at[i]) == EDGE_KINDS/
