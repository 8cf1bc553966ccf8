//go:build !race

package main

// underRace says that the race detector is on, with which everything takes
// several times as long.
const underRace = false
