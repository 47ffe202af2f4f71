"""Performance measures of simulation studies, from tables of estimates made here or anywhere else.

`summarise` is the way in. It knows tables, not models: one row per replicate, method and scenario.

A file or frame (`source`) whose columns have roles (`roles`) is read by DuckDB in two passes, means and then
central moments (`clean`, `moments`; `pairs` for what compares two methods); `measures` is the one list of what is made
of them, each with its Monte-Carlo standard error. DuckDB, because it reads Parquet larger than memory on all cores:
10 million rows take about as long as their plain means and counts do.
"""
