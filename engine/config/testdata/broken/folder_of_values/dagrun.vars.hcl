day = "Monday"
