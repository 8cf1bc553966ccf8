pipeline "p" {}

step "csv_resample" "clean" {
  for_each = { one = "1.csv", two = "2.csv", three = "3.csv" }
  input    = each.value
  output   = "out/${length(each.key)}.csv"
  interval = "1h"
}
