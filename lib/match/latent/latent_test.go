package latent_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"linghang/lib/match/latent"
	"linghang/lib/match/text"
)

// topics makes texts of two matters whose words never meet in one text.
func topics() []string {
	r := rand.New(rand.NewPCG(1, 1))
	words := [][]string{strings.Fields("振动 轴承 停机 备件 维修 诊断 润滑"), strings.Fields("面料 裁床 色差 缝制 印染 吊挂 版型")}
	var list []string
	for i := range 80 {
		var s strings.Builder
		for range 4 {
			s.WriteString(words[i%2][r.IntN(7)] + "，")
		}
		list = append(list, s.String())
	}
	return list
}

func train(t testing.TB, texts []string) *latent.Space {
	t.Helper()
	s, err := latent.Train(t.Context(), text.New(nil), texts, latent.Options{Dimensions: 2, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func embed(t testing.TB, e latent.Embedder, texts ...string) [][]float32 {
	t.Helper()
	list, err := e.Embed(t.Context(), texts)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func cosine(a, b []float32) float64 {
	sum := 0.0
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}

func TestTextsOfOneMatterAreNearThoughTheyShareNoWord(t *testing.T) {
	v := embed(t, train(t, topics()), "轴承润滑", "停机维修", "面料色差", "完全无关")
	if same, other := cosine(v[0], v[1]), cosine(v[0], v[2]); same < 0.95 || math.Abs(other) > 0.2 {
		t.Errorf("the same matter %.2f, another %.2f", same, other)
	}
	if cosine(v[3], v[3]) != 0 {
		t.Errorf("nothing is known of it: %v", v[3])
	}
}

func TestTheSameTextsGiveTheSameSpace(t *testing.T) {
	a, b := embed(t, train(t, topics()), topics()...), embed(t, train(t, topics()), topics()...)
	if !reflect.DeepEqual(a, b) {
		t.Error("two trainings differ")
	}
}

func TestOfTooLittleNoSpaceIsMade(t *testing.T) {
	for _, texts := range [][]string{nil, {"设备"}, {"设备", "面料"}} {
		if _, err := latent.Train(t.Context(), text.New(nil), texts, latent.Options{}); !errors.Is(err, latent.ErrCorpus) {
			t.Errorf("%q: %v", texts, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := latent.Train(ctx, text.New(nil), topics(), latent.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestTheNearestAreThoseOfLookingAtAll(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	random := func() []float32 {
		v := make([]float32, 7)
		for i := range v {
			v[i] = float32(r.NormFloat64())
		}
		return v
	}
	set, err := latent.NewVectors(7)
	if err != nil {
		t.Fatal(err)
	}
	kept := map[string][]float32{}
	for i := range 600 {
		id, v := fmt.Sprint(r.IntN(300)), random()
		if i%4 == 3 {
			set.Remove(id)
			delete(kept, id)
			continue
		}
		if err := set.Put(id, v); err != nil {
			t.Fatal(err)
		}
		kept[id] = v
	}
	for k := range 12 {
		x := random()
		got, err := set.Nearest(t.Context(), x, k)
		if err != nil || set.Len() != len(kept) {
			t.Fatalf("%d vectors, %v", set.Len(), err)
		}
		var all []float64
		for _, v := range kept {
			all = append(all, cosine(x, v)/math.Sqrt(cosine(x, x)*cosine(v, v)))
		}
		slices.Sort(all)
		slices.Reverse(all)
		if len(got) != k {
			t.Fatalf("%d of %d", len(got), k)
		}
		for i, s := range got {
			if math.Abs(s.Score-all[i]) > 1e-5 {
				t.Errorf("rank %d: %v, not %v", i, s.Score, all[i])
			}
		}
	}
}

func TestVectorsThatDoNotFitAreRefused(t *testing.T) {
	set, err := latent.NewVectors(2)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range [][]float32{{1}, {1, float32(math.NaN())}, {float32(math.Inf(1)), 0}} {
		if err := set.Put("a", v); !errors.Is(err, latent.ErrVector) || set.Len() != 0 {
			t.Errorf("%v: %v", v, err)
		}
		if _, err := set.Nearest(t.Context(), v, 1); !errors.Is(err, latent.ErrVector) {
			t.Errorf("%v: %v", v, err)
		}
	}
	if _, err := latent.NewVectors(0); !errors.Is(err, latent.ErrVector) {
		t.Error(err)
	}
}

func TestSearchingWhileVectorsChange(t *testing.T) {
	set, err := latent.NewVectors(2)
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for g := range 4 {
		all.Go(func() {
			for i := range 200 {
				id := fmt.Sprint(g, i%20)
				if err := set.Put(id, []float32{1, float32(i)}); err != nil {
					t.Error(err)
				}
				if _, err := set.Nearest(t.Context(), []float32{1, 0}, 3); err != nil {
					t.Error(err)
				}
				if i%3 == 0 {
					set.Remove(id)
				}
			}
		})
	}
	all.Wait()
}

func TestFusingAddsWhatWordsAndVectorsFound(t *testing.T) {
	words := []latent.Scored{{ID: "a", Score: 0.5}, {ID: "b", Score: 0.4}}
	near := []latent.Scored{{ID: "b", Score: 0.9}, {ID: "c", Score: 0.8}}
	got := latent.Fuse(words, near, 0.5)
	for i, want := range []latent.Scored{{ID: "b", Score: 0.85}, {ID: "a", Score: 0.5}, {ID: "c", Score: 0.4}} {
		if got[i].ID != want.ID || math.Abs(got[i].Score-want.Score) > 1e-9 {
			t.Errorf("%v", got)
		}
	}
}

func ExampleTrain() {
	ctx := context.Background()
	texts := []string{"轴承振动异常", "轴承停机维修", "停机维修备件", "面料色差检验", "面料裁床", "裁床色差"}
	space, err := latent.Train(ctx, text.New(nil), texts, latent.Options{Dimensions: 2})
	if err != nil {
		fmt.Println(err)
		return
	}
	vectors, err := latent.NewVectors(space.Dimensions())
	if err != nil {
		fmt.Println(err)
		return
	}
	embedded, err := space.Embed(ctx, append(texts, "停机"))
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, t := range texts {
		if err := vectors.Put(t, embedded[i]); err != nil {
			fmt.Println(err)
		}
	}
	near, err := vectors.Nearest(ctx, embedded[len(texts)], 3)
	for _, s := range near {
		fmt.Println(s.ID)
	}
	fmt.Println(err)
	// Unordered output:
	// 停机维修备件
	// 轴承停机维修
	// 轴承振动异常
	// <nil>
}
