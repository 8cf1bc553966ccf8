pipeline "p" {}

# There is no instance, and what is wrong is told all the same.
step "smtp" "mail" {
  for_each   = {}
  to         = var.nobody
  text       = each.valu
  if         = nofn(each.key)
  depends_on = [step.smtp.none]
  postcondition {
    condition     = self.nope == ""
    error_message = "no"
  }
}
