package taillard

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"linghang/lib/schedule/instance"
	"linghang/lib/schedule/model"
)

// What is published of the instances: the first durations of the first flow shop,
// the first job of the first job shop.
func TestInstancesAreThePublishedOnes(t *testing.T) {
	flow, err := Flow(1)
	if err != nil {
		t.Fatal(err)
	}
	var got []int64
	for j := range 5 {
		got = append(got, flow.Tasks[5*j].Modes[0].Duration)
	}
	if want := []int64{54, 83, 15, 71, 77}; !reflect.DeepEqual(got, want) {
		t.Errorf("tfs001 on machine 0: %v, not %v", got, want)
	}
	job, err := Job(1)
	if err != nil {
		t.Fatal(err)
	}
	got = nil
	for i := range 5 {
		m := job.Tasks[i].Modes[0]
		got = append(got, int64(m.Needs[0].Resource), m.Duration)
	}
	if want := []int64{6, 94, 12, 66, 4, 10, 7, 53, 3, 26}; !reflect.DeepEqual(got, want) {
		t.Errorf("ta01, job 0: %v, not %v", got, want)
	}
}

// busiest is the larger of the longest job and of the machine with the largest sum, of
// which head and tail are the least before and after (the paper's bound).
func busiest(m *model.Model, heads bool) int64 {
	count := len(m.Resources)
	sum, head, tail := make([]int64, count), make([]int64, count), make([]int64, count)
	for k := range head {
		head[k], tail[k] = model.MaxTime, model.MaxTime
	}
	var bound int64
	for first := 0; first < len(m.Tasks); first += count {
		var job, done int64
		for _, task := range m.Tasks[first : first+count] {
			job += task.Modes[0].Duration
		}
		for _, task := range m.Tasks[first : first+count] {
			k, d := task.Modes[0].Needs[0].Resource, task.Modes[0].Duration
			sum[k] += d
			head[k], tail[k] = min(head[k], done), min(tail[k], job-done-d)
			done += d
		}
		bound = max(bound, job)
	}
	for k := range sum {
		if heads {
			sum[k] += head[k] + tail[k]
		}
		bound = max(bound, sum[k])
	}
	return bound
}

// The paper tells a lower bound for every instance: these are of the first two of a size.
func TestBoundsAreThePublishedOnes(t *testing.T) {
	for number, want := range map[int]int64{1: 1232, 2: 1290, 11: 1448, 12: 1479, 21: 1911, 31: 2712, 51: 3480} {
		m, err := Flow(number)
		if err != nil {
			t.Fatal(err)
		}
		if got := busiest(m, true); got != want {
			t.Errorf("%s: %d, not %d", m.Name, got, want)
		}
	}
	for number, want := range map[int]int64{1: 977, 2: 942, 3: 921, 10: 911, 11: 1139, 12: 1251, 20: 1186} {
		m, err := Job(number)
		if err != nil {
			t.Fatal(err)
		}
		if got := busiest(m, false); got != want {
			t.Errorf("%s: %d, not %d", m.Name, got, want)
		}
	}
}

func TestNumbersThatAreNone(t *testing.T) {
	for _, number := range []int{-1, 0, 81, 121} {
		if _, err := Job(number); err == nil {
			t.Errorf("there is a job shop %d", number)
		}
		if _, err := Flow(number); err == nil && number != 81 {
			t.Errorf("there is a flow shop %d", number)
		}
	}
}

// TestTheWholeSets compares all 200 with the folder that LINGHANG_INSTANCES names.
func TestTheWholeSets(t *testing.T) {
	folder := os.Getenv("LINGHANG_INSTANCES")
	if folder == "" {
		t.Skip("LINGHANG_INSTANCES names no folder")
	}
	for number := 1; number <= 80; number++ {
		m, err := Job(number)
		if err != nil {
			t.Fatal(err)
		}
		same(t, m, "jobshop", filepath.Join(folder, "jobshop", "ta", m.Name+".txt"))
	}
	for number := 1; number <= 120; number++ {
		m, err := Flow(number)
		if err != nil {
			t.Fatal(err)
		}
		size := flowSizes()[(number-1)/10]
		same(t, m, "flowshop", filepath.Join(folder, "flowshop", "taillard", fmt.Sprintf("tai%d_%d_%d.fsp", size.jobs, size.machines, (number-1)%10)))
	}
}

func same(t *testing.T, m *model.Model, format, path string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want, err := instance.Read(format, data)
	if err != nil {
		t.Fatal(err)
	}
	want.Name = m.Name
	if !reflect.DeepEqual(m, want) {
		t.Errorf("%s is not %s", m.Name, path)
	}
}

func ExampleJob() {
	m, err := Job(1)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(m.Name, len(m.Jobs), "jobs,", len(m.Resources), "machines,", len(m.Tasks), "tasks")
	// Output: ta01 15 jobs, 15 machines, 225 tasks
}
