package axis

import (
	"math"

	"gonum.org/v1/plot/vg"
)

// mostTurned bounds the labels that are turned to fit: beyond, a picture of
// upright text at intervals reads better than a hedge of turned text.
const mostTurned = 60

// Categories gives one tick a name, at 0, 1, 2, …: level where all fit, turned
// by a quarter where only that fits, and otherwise level at every nth name.
// thickness is the height of a line of text.
func Categories(names []string, room Room, thickness vg.Length) (ticks []Tick, turned bool) {
	spacing := room.Length / vg.Length(len(names))
	widest := vg.Length(0)
	for _, name := range names {
		widest = max(widest, room.Extent(name))
	}
	if widest+room.Gap <= spacing {
		return everyNth(names, 1), false
	}
	if len(names) <= mostTurned && thickness*1.15 <= spacing {
		return everyNth(names, 1), true
	}
	if widest+room.Gap <= room.Length {
		return everyNth(names, int(math.Ceil(float64((widest+room.Gap)/spacing)))), false
	}
	return everyNth(names, int(math.Ceil(float64(thickness*1.15/spacing)))), true
}

func everyNth(names []string, n int) []Tick {
	var ticks []Tick
	for i := 0; i < len(names); i += n {
		ticks = append(ticks, Tick{Value: float64(i), Label: names[i]})
	}
	return ticks
}
