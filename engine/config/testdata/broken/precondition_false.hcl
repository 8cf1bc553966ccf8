pipeline "p" {}

variable "day" {
  default = "Sunday"
}

step "smtp" "mail" {
  to = "a@example.org"
  precondition {
    condition     = var.day != "Sunday"
    error_message = "No mail on a ${var.day}."
  }
}
