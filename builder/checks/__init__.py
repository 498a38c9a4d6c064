"""The checks behind `builder.validate.problems`: small functions, each of which tells one kind of problem, its code first."""
