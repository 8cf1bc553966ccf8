pipeline "p" {}

step "smtp" "one" {
  for_each = toset(["a@example.org", "b@example.org"])
  to       = each.value
}

step "smtp" "two" {
  to   = "c@example.org"
  text = join(", ", step.smtp.one[*].message_id)
}
