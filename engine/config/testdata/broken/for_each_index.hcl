pipeline "p" {}

step "smtp" "one" {
  for_each = toset(["a", "b"])
  to       = "a@example.org"
}

step "smtp" "two" {
  for_each = { x = "a", y = "c" }
  to       = "a@example.org"
  text     = step.smtp.one[each.value].message_id
}

step "smtp" "three" {
  for_each = { for f in run.failures : f.step => f }
  to       = "a@example.org"
}
