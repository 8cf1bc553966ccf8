pipeline "p" {}

step "csv_resample" "clean" {
  for_each = toset(["1", "2"])
  input    = "${each.key}.csv"
  output   = "out/${each.key}.csv"
  interval = "1h"
}

# Each waits for the instance of its own key, and reads the file of the other.
step "csv_resample" "days" {
  for_each = { "1" = "2", "2" = "1" }
  input    = "out/${each.value}.csv"
  output   = replace(step.csv_resample.clean[each.key].output, "out", "days")
  interval = "1d"
}
