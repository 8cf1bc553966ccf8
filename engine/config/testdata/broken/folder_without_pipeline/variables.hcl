variable "day" {
  default = "Monday"
}
