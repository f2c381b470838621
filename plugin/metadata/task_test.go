package metadata

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// The tasks of testdata.
var (
	fargate = &Task{
		Cluster: "shop", ARN: "arn:aws:ecs:eu-central-1:111122223333:task/shop/4c1f0e8d7b6a4958a7c6b5d4e3f20192", ID: "4c1f0e8d7b6a4958a7c6b5d4e3f20192",
		Family: "cart", Revision: "12", AvailabilityZone: "eu-central-1b", Region: "eu-central-1", Account: "111122223333", LaunchType: "FARGATE",
		Containers: []Container{
			{
				ID: "4c1f0e8d7b6a4958a7c6b5d4e3f20192-1357924680", Name: "app", DockerName: "app",
				ARN:     "arn:aws:ecs:eu-central-1:111122223333:container/shop/4c1f0e8d7b6a4958a7c6b5d4e3f20192/0a9b8c7d-6e5f-4a3b-8c2d-1e0f9a8b7c6d",
				Image:   "111122223333.dkr.ecr.eu-central-1.amazonaws.com/cart:3.1.4",
				ImageID: "sha256:5d1c8a3f0b7e2946d8c1a5f3e7b90246813579bdf02468ace13579bdf0246813",
			},
			{
				ID: "4c1f0e8d7b6a4958a7c6b5d4e3f20192-2468013579", Name: "log_router", DockerName: "log_router",
				ARN:     "arn:aws:ecs:eu-central-1:111122223333:container/shop/4c1f0e8d7b6a4958a7c6b5d4e3f20192/5b6c7d8e-9f0a-4b1c-9d2e-3f4a5b6c7d8e",
				Image:   "example/fluent-bit-dynatrace@sha256:0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0",
				ImageID: "sha256:0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0",
			},
		},
	}
	ec2 = &Task{
		Cluster: "shop", ARN: "arn:aws:ecs:eu-central-1:111122223333:task/shop/9f8e7d6c5b4a43218f0e1d2c3b4a5968", ID: "9f8e7d6c5b4a43218f0e1d2c3b4a5968",
		Family: "cart", Revision: "7", AvailabilityZone: "eu-central-1a", Region: "eu-central-1", Account: "111122223333", LaunchType: "EC2", Service: "cart-service",
		Containers: []Container{{
			ID: "c0ffee5be4c1d7a09f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c5b4a3928", Name: "app", DockerName: "ecs-cart-7-app-c2d8a1e4f0b3a7965100",
			ARN:     "arn:aws:ecs:eu-central-1:111122223333:container/7c6d5e4f-3a2b-4c1d-8e9f-0a1b2c3d4e5f",
			Image:   "111122223333.dkr.ecr.eu-central-1.amazonaws.com/cart:3.1.4",
			ImageID: "sha256:5d1c8a3f0b7e2946d8c1a5f3e7b90246813579bdf02468ace13579bdf0246813",
		}},
	}
)

func TestParseTask(t *testing.T) {
	const arn = "arn:aws-cn:ecs:cn-north-1:111122223333:task/"
	long := strings.Repeat("x", maxText+1)
	for _, c := range []struct {
		name, data string
		want       *Task
	}{
		{"reads what Fargate answers", string(read(t, "fargate.json")), fargate},
		{"reads what the agent on EC2 answers, without the container that has not started", string(read(t, "ec2.json")), ec2},
		{"takes the cluster from the ARN where nothing else names it", `{"TaskARN":"` + arn + `dev/1"}`,
			&Task{ARN: arn + "dev/1", Cluster: "dev", ID: "1", Region: "cn-north-1", Account: "111122223333"}},
		{"reads the old form of ARN", `{"TaskARN":"` + arn + `1","Cluster":"default"}`,
			&Task{ARN: arn + "1", Cluster: "default", ID: "1", Region: "cn-north-1", Account: "111122223333"}},
		{"takes a number for a text", `{"TaskARN":"` + arn + `1","Revision":12}`,
			&Task{ARN: arn + "1", Revision: "12", ID: "1", Region: "cn-north-1", Account: "111122223333"}},
		{"leaves out what is of another type, too long or has control characters",
			`{"TaskARN":"` + arn + `1","Family":["a"],"Revision":true,"LaunchType":{"a":1},"ServiceName":"` + long + `","AvailabilityZone":"a\nb","Cluster":null,"Containers":{"DockerId":"1"}}`,
			&Task{ARN: arn + "1", ID: "1", Region: "cn-north-1", Account: "111122223333"}},
		{"goes on behind a container that is none", `{"TaskARN":"` + arn + `1","Containers":[5,"x",null,[],{"DockerId":7},{"DockerId":"a","Name":{}},{"Name":"b"}]}`,
			&Task{ARN: arn + "1", ID: "1", Region: "cn-north-1", Account: "111122223333", Containers: []Container{{ID: "7"}, {ID: "a"}}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := parseTask([]byte(c.data))
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("gives %+v\nwant  %+v", got, c.want)
			}
		})
	}
}

func TestParseTask_Errors(t *testing.T) {
	for _, data := range []string{
		``, `secret`, `{"TaskARN":"secret`, `[]`, `null`, `{}`, `"secret"`, `{"TaskARN":5}`, `{"TaskARN":"secret"}`,
		`{"TaskARN":"arn:aws:ecs:eu-central-1:111122223333:task/"}`,
		`{"TaskARN":"arn:aws:ecs:eu-central-1:111122223333:service/secret/1"}`,
		`{"TaskARN":"arn:aws:sns:eu-central-1:111122223333:task/secret"}`,
		`{"TaskARN":"arn:aws:ecs:eu-central-1:111122223333:task/1"} secret`,
	} {
		if got, err := parseTask([]byte(data)); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s gives %+v, %v", data, got, err)
		}
	}
}

func TestParseTask_MaxContainers(t *testing.T) {
	var list strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&list, `{"DockerId":"%d"},{},`, i)
	}
	got, err := parseTask([]byte(`{"TaskARN":"arn:aws:ecs:r:1:task/1","Containers":[` + list.String() + `{}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Containers) != maxContainers || got.Containers[99].ID != "99" {
		t.Errorf("%d containers", len(got.Containers))
	}
}

func TestTask_Container(t *testing.T) {
	for _, c := range fargate.Containers {
		if got := fargate.Container(c.ID); got == nil || *got != c {
			t.Errorf("%s gives %+v", c.ID, got)
		}
	}
	for _, id := range []string{"", "4c1f0e8d7b6a4958a7c6b5d4e3f20192", "unknown"} {
		if got := fargate.Container(id); got != nil {
			t.Errorf("%q gives %+v", id, got)
		}
	}
	if got := (*Task)(nil).Container("x"); got != nil {
		t.Errorf("no task gives %+v", got)
	}
}

func TestTaskFromEnvironment(t *testing.T) {
	const arn = "arn:aws:ecs:eu-central-1:111122223333:task/shop/1f"
	for _, c := range []struct {
		name string
		env  []string
		want *Task
	}{
		{"reads what the init image sets", []string{
			"ECS_CLUSTER", "shop", "ECS_FAMILY", "cart", "ECS_REVISION", "12", "ECS_TASK_ARN", arn, "ECS_TASK_ID", "1f", "ECS_TASK_DEFINITION", "cart:12",
			"ECS_LAUNCH_TYPE", "FARGATE", "AWS_AVAILABILITY_ZONE", "eu-central-1b", "AWS_REGION", "eu-central-1",
		}, &Task{Cluster: "shop", ARN: arn, ID: "1f", Family: "cart", Revision: "12", AvailabilityZone: "eu-central-1b", Region: "eu-central-1", Account: "111122223333", LaunchType: "FARGATE"}},
		{"knows no task where nothing is set", nil, nil},
		{"does not take a region for a task", []string{"AWS_REGION", "eu-central-1", "AWS_AVAILABILITY_ZONE", "eu-central-1b"}, nil},
		{"does not take an ARN of something else for a task", []string{"ECS_TASK_ARN", "arn:aws:iam::111122223333:role/x"}, nil},
		{"does not take blanks for a task", []string{"ECS_CLUSTER", " "}, nil},
		{"takes the region of the ARN", []string{"ECS_TASK_ARN", arn, "AWS_REGION", "us-east-1"}, &Task{Cluster: "shop", ARN: arn, ID: "1f", Region: "eu-central-1", Account: "111122223333"}},
		{"takes AWS_REGION without an ARN", []string{"ECS_TASK_ID", "1f", "AWS_REGION", "us-east-1"}, &Task{ID: "1f", Region: "us-east-1"}},
		{"shortens the ARN of the cluster", []string{"ECS_CLUSTER", "arn:aws:ecs:eu-central-1:111122223333:cluster/shop"}, &Task{Cluster: "shop"}},
		{"splits the task definition", []string{"ECS_TASK_DEFINITION", "arn:aws:ecs:eu-central-1:111122223333:task-definition/cart:12"}, &Task{Family: "cart", Revision: "12"}},
		{"leaves out what could not be sent", []string{"ECS_CLUSTER", "a\nb", "ECS_FAMILY", strings.Repeat("x", maxText+1), "ECS_REVISION", "\xff", "ECS_TASK_ID", "1"}, &Task{ID: "1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := taskFromEnvironment(environment(c.env...)); !reflect.DeepEqual(got, c.want) {
				t.Errorf("gives %+v\nwant  %+v", got, c.want)
			}
		})
	}
}

func TestTask_FillSameTaskOnly(t *testing.T) {
	const arn = "arn:aws:ecs:eu-central-1:111122223333:task/shop/1"
	env := Task{Cluster: "x", Family: "cart", Revision: "3", AvailabilityZone: "eu-central-1c", LaunchType: "EC2"}
	for _, c := range []struct {
		name    string
		arn, id string
		fills   bool
	}{
		{"one that names no task", "", "", true},
		{"the same ARN", arn, "1", true},
		{"another ARN", arn + "1", "11", false},
		{"another ID", "", "2", false},
	} {
		other, got := env, Task{Cluster: "shop", ARN: arn, ID: "1"}
		other.ARN, other.ID = c.arn, c.id
		want := got
		if c.fills {
			want = env
			want.Cluster, want.ARN, want.ID = "shop", arn, "1"
		}
		if got.fill(&other); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}

// FuzzParseTask checks that nothing the endpoint says makes a task that could not be sent.
func FuzzParseTask(f *testing.F) {
	f.Add(`{"TaskARN":"arn:aws:ecs:r:1:task/c/1","Revision":1,"Containers":[{"DockerId":"a","Name":"b"},5]}`)
	f.Add(`{"TaskARN":"arn:aws:ecs:r:1:task/1","Cluster":null,"Containers":{}}`)
	f.Fuzz(func(t *testing.T, data string) {
		task, err := parseTask([]byte(data))
		if err != nil {
			return
		}
		if task.ARN == "" || task.ID == "" || len(task.Containers) > maxContainers {
			t.Errorf("%+v", task)
		}
		values := []string{task.Cluster, task.ARN, task.ID, task.Family, task.Revision, task.AvailabilityZone, task.Region, task.Account, task.LaunchType, task.Service}
		for _, c := range task.Containers {
			if c.ID == "" {
				t.Error("a container without an ID")
			}
			values = append(values, c.ID, c.Name, c.DockerName, c.ARN, c.Image, c.ImageID)
		}
		for _, value := range values {
			if value != "" && !isText(value) {
				t.Errorf("value %q", value)
			}
		}
	})
}
