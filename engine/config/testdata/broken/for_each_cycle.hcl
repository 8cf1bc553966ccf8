pipeline "p" {}

step "smtp" "one" {
  for_each = toset(["a", "b"])
  to       = "a@example.org"
  text     = step.smtp.two[each.key].message_id
}

step "smtp" "two" {
  for_each = toset(["a", "b"])
  to       = "b@example.org"
  text     = step.smtp.one["a"].message_id
}

step "smtp" "three" {
  for_each = toset(["a", "b"])
  to       = "b@example.org"
  text     = step.smtp.three["a"].message_id
}
