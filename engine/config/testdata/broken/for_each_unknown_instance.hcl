pipeline "p" {}

step "smtp" "one" {
  for_each = { anna = "a@example.org", ben = "b@example.org" }
  to       = each.value
}

step "smtp" "two" {
  for_each = toset(["anna", "carl"])
  to       = "c@example.org"
  text     = "after ${step.smtp.one[each.key].message_id}"
}

step "smtp" "three" {
  to         = "c@example.org"
  depends_on = [step.smtp.one["dora"]]
}
