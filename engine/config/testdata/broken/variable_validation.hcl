pipeline "p" {}

variable "probe" {
  default = ""
  validation {
    condition     = length(var.probe) > 0
    error_message = "The probe needs a name."
  }
}
