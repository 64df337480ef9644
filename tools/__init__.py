"""Everything that is neither engine nor grader: command line, set-up, drawing, widgets."""
