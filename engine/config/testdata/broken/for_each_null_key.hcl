pipeline "p" {}

step "smtp" "mail" {
  for_each = toset(["a@example.org", null])
  to       = each.value
}

step "smtp" "nobody" {
  for_each = toset([null])
  to       = each.value
}
