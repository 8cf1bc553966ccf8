pipeline "p" {
  on_overlap = "skp"
}
