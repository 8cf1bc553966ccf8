pipeline "p" {}

step "csv_resample" "clean" {
  for_each = { one = "1h", two = "an hour", three = "half an hour" }
  input    = "${each.key}.csv"
  output   = "out/${each.key}.csv"
  interval = each.value
}
