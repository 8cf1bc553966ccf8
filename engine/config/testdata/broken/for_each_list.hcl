pipeline "p" {}

step "smtp" "mail" {
  for_each = ["a", "b"]
  to       = each.value
}
