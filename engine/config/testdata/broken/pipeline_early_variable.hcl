pipeline "p" {
  working_dir = var.base
}

variable "base" {
  default = ".."
}
