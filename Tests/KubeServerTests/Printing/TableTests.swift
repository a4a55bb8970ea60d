import JSON
import KubeCore
import Randomness
import Testing

@testable import KubeServer

@Suite struct `A table` {
    private let now = Timestamp(seconds: 1_700_000_000)

    @Test func `of a custom type has its columns`() throws {
        let columns = try parsed(
            """
            [{"name":"Version","type":"string","jsonPath":".spec.module","description":"What runs."},
             {"name":"Step","type":"integer","jsonPath":".status.rollout.stepIndex"},
             {"name":"Weight","type":"number","jsonPath":".status.rollout.weight","priority":1},
             {"name":"Paused","type":"boolean","jsonPath":".spec.paused"},
             {"name":"Ready","type":"string","jsonPath":".status.conditions[?(@.type==\\"Ready\\")].status"},
             {"name":"Age","type":"date","jsonPath":".metadata.creationTimestamp"}]
            """)
        let object = try parsed(
            """
            {"apiVersion":"graft.dev/v1alpha1","kind":"ModuleDeployment","metadata":{"name":"a","creationTimestamp":"2023-11-14T21:13:20Z"},
             "spec":{"module":"r/m:1","paused":true},"status":{"rollout":{"stepIndex":2,"weight":12.5},
             "conditions":[{"type":"Verified","status":"False"},{"type":"Ready","status":"True"}]}}
            """)
        let bare = try parsed(#"{"metadata":{"name":"b"}}"#)
        let table = TableRenderer(columns: columns.array ?? []).table(
            for: [object, bare], listMetadata: try parsed(#"{"resourceVersion":"7","continue":"c","selfLink":"x"}"#), now: now)
        #expect(table["kind"] == "Table")
        #expect(table["apiVersion"] == "meta.k8s.io/v1")
        #expect(table["metadata"] == (try parsed(#"{"resourceVersion":"7","continue":"c"}"#)))
        #expect(
            table["columnDefinitions"]?.array?.compactMap { $0["name"]?.string } == [
                "Name", "Version", "Step", "Weight", "Paused", "Ready", "Age",
            ])
        #expect(
            table["columnDefinitions"]?[1]
                == (try parsed(#"{"name":"Version","type":"string","format":"","description":"What runs.","priority":0}"#)))
        #expect(table["columnDefinitions"]?[3]?["priority"] == 1)
        #expect(table["rows"]?[0]?["cells"] == (try parsed(#"["a","r/m:1",2,12.5,true,"True","60m"]"#)))
        #expect(table["rows"]?[1]?["cells"] == (try parsed(#"["b",null,null,null,null,null,null]"#)))
        #expect(table["rows"]?[0]?["object"]?["kind"] == "PartialObjectMetadata")
        #expect(table["rows"]?[0]?["object"]?["metadata"] == object["metadata"])
        #expect(table["rows"]?[0]?["object"]?["spec"] == nil)
    }

    @Test(
        arguments: [
            (TableRenderer.IncludeObject.none, nil), (.metadata, "PartialObjectMetadata"), (.object, "Thing"),
        ] as [(TableRenderer.IncludeObject, String?)])
    func `carries as much of each object as is asked for`(_ include: TableRenderer.IncludeObject, _ kind: String?) throws {
        let table = TableRenderer(columns: []).table(
            for: [try parsed(#"{"kind":"Thing","metadata":{"name":"a"}}"#)], listMetadata: [:], includeObject: include, now: now)
        #expect(table["rows"]?[0]?["object"]?["kind"]?.string == kind)
        #expect(table["columnDefinitions"]?.array?.compactMap { $0["name"]?.string } == ["Name", "Age"])
    }

    @Test func `of a later watch event has no headers`() throws {
        let table = TableRenderer(columns: []).table(for: [], listMetadata: [:], now: now, includesHeaders: false)
        #expect(table["columnDefinitions"] == [])
    }

    @Test(arguments: [
        ("string", "3", #""3""#), ("string", "true", #""true""#), ("string", "1.0", #""1""#), ("string", "1.5", #""1.5""#),
        ("string", #"{"a":1}"#, #""{\"a\":1}""#), ("integer", #""3""#, "null"), ("integer", "3.7", "3"), ("integer", "1e300", "null"),
        ("number", "3", "3"), ("boolean", #""true""#, "null"), ("date", #""2023-11-14T22:13:15Z""#, #""5s""#),
        ("date", #""x""#, #""<invalid>""#),
        ("date", "5", "null"), ("date", #""""#, #""<unknown>""#), ("string", "null", "null"),
    ])
    func `shows a value as its column's type`(_ type: String, _ value: String, _ cell: String) throws {
        let renderer = TableRenderer(columns: [["name": "X", "type": .string(type), "jsonPath": ".x"]])
        let table = renderer.table(for: [["x": try parsed(value)]], listMetadata: [:], now: now)
        #expect(table["rows"]?[0]?["cells"]?[1] == (try parsed(cell)))
    }

    @Test(arguments: [
        ("", "Namespace", #"{"metadata":{"name":"n"},"status":{"phase":"Terminating"}}"#, #"["n","Terminating","<unknown>"]"#),
        (
            "", "Node",
            #"{"metadata":{"name":"n","labels":{"node-role.kubernetes.io/worker":""}},"spec":{"unschedulable":true},"status":{"conditions":[{"type":"Ready","status":"True"}],"nodeInfo":{"kubeletVersion":"v1"}}}"#,
            #"["n","Ready,SchedulingDisabled","worker","<unknown>","v1","<none>","<none>","<unknown>","<unknown>","<unknown>"]"#
        ),
        ("", "Secret", #"{"metadata":{"name":"n"},"type":"Opaque","data":{"a":"","b":""}}"#, #"["n","Opaque",2,"<unknown>"]"#),
        ("", "ConfigMap", #"{"metadata":{"name":"n"},"data":{"a":""},"binaryData":{"b":""}}"#, #"["n",2,"<unknown>"]"#),
        ("coordination.k8s.io", "Lease", #"{"metadata":{"name":"n"},"spec":{"holderIdentity":"h"}}"#, #"["n","h","<unknown>"]"#),
        (
            "", "Event",
            #"{"metadata":{"name":"e"},"lastTimestamp":"2023-11-14T22:13:10Z","firstTimestamp":null,"eventTime":null,"type":"Normal","reason":"R","involvedObject":{"kind":"ModuleHost","name":"h"},"message":"m","count":3,"source":{"component":"c"}}"#,
            #"["10s","Normal","R","modulehost/h","","c","m","<unknown>",3,"e"]"#
        ),
        (
            "events.k8s.io", "Event",
            #"{"metadata":{"name":"e"},"eventTime":"2023-11-14T22:13:10.000000Z","type":"Normal","reason":"R","regarding":{"kind":"Pod","name":"p"},"note":"m","reportingController":"c"}"#,
            #"["10s","Normal","R","pod/p","","c","m","10s",1,"e"]"#
        ),
        (
            "apiextensions.k8s.io", "CustomResourceDefinition", #"{"metadata":{"name":"n","creationTimestamp":"2020-01-01T00:00:00Z"}}"#,
            #"["n","2020-01-01T00:00:00Z"]"#
        ),
        (
            "", "Pod",
            #"{"metadata":{"name":"p"},"spec":{"containers":[{},{}],"nodeName":"n"},"status":{"phase":"Running","podIP":"10.0.0.1","containerStatuses":[{"ready":true,"restartCount":2},{"ready":false,"restartCount":1}]}}"#,
            #"["p","1/2","Running",3,"<unknown>","10.0.0.1","n"]"#
        ),
        (
            "rbac.authorization.k8s.io", "RoleBinding",
            #"{"metadata":{"name":"b"},"roleRef":{"kind":"Role","name":"r"},"subjects":[{"kind":"User","name":"u"},{"kind":"ServiceAccount","name":"s","namespace":"n"}]}"#,
            #"["b","Role/r","<unknown>","u","","n/s"]"#
        ),
        ("example.dev", "Unheard", #"{"metadata":{"name":"n"}}"#, #"["n",null]"#),
    ])
    func `of a built-in kind has the columns people know`(_ group: String, _ kind: String, _ object: String, _ cells: String) throws {
        let table = TableRenderer(group: group, kind: kind).table(for: [try parsed(object)], listMetadata: [:], now: now)
        #expect(table["rows"]?[0]?["cells"] == (try parsed(cells)))
        #expect(table["rows"]?[0]?["cells"]?.array?.count == table["columnDefinitions"]?.array?.count)
    }

    @Test(arguments: [
        (0, "0s"), (1, "1s"), (119, "119s"), (120, "2m"), (130, "2m10s"), (599, "9m59s"), (600, "10m"), (10_799, "179m"), (10_800, "3h"),
        (11_700, "3h15m"), (28_800, "8h"), (172_799, "47h"), (172_800, "2d"), (176_400, "2d1h"), (691_200, "8d"), (63_072_000, "2y"),
        (63_158_400, "2y1d"), (315_360_000, "10y"), (-1, "0s"), (-2, "<invalid>"),
    ])
    func `shows ages briefly`(_ seconds: Int, _ text: String) {
        #expect(HumanDuration.text(.seconds(seconds)) == text)
    }
}

@Suite struct `The path of a column` {
    private static let document = """
        {"a":{"b":[{"c":1},{"c":2},{"c":3}],"x.y":"dotted","t":[{"type":"Ready","status":"True","n":5},{"type":"Other","status":"False"}]},
         "m":{"k1":"v1","k2":"v2"},"e":[]}
        """

    @Test(arguments: [
        (".a.b[0].c", "[1]"), (".a.b[-1].c", "[3]"), (".a.b[*].c", "[1,2,3]"), (".a.b[1:].c", "[2,3]"), (".a.b[:1].c", "[1]"),
        (".a.b[5].c", "[]"),
        (#".a.x\.y"#, #"["dotted"]"#), (#".a['x.y']"#, #"["dotted"]"#), (#".a.t[?(@.type=="Ready")].status"#, #"["True"]"#),
        (#".a.t[?(@.type == 'Other')].status"#, #"["False"]"#), (#".a.t[?(@.type!="Ready")].status"#, #"["False"]"#),
        (".a.t[?(@.n>4)].type", #"["Ready"]"#), (".a.t[?(@.n)].type", #"["Ready"]"#), (".a.t[?(@.n<=4)].type", "[]"),
        (".m.*", #"["v1","v2"]"#),
        (".none.at.all", "[]"), (".e[0]", "[]"), ("$.m.k1", #"["v1"]"#), (".m.k1.deeper", "[]"),
    ])
    func `finds`(_ path: String, _ values: String) throws {
        let found = try #require(ColumnPath(path)).values(in: try parsed(Self.document))
        #expect(JSON.array(found) == (try parsed(values)))
    }

    @Test(arguments: [".a[", ".a[x]", ".a[?(@.b==)]", ".a[?@.b]", ".a['x]", "..a", #".a\"#, ".a[?(@.b=1)]"])
    func `is refused when it is none`(_ path: String) {
        #expect(ColumnPath(path) == nil)
    }

    @Test func `is read or refused, whatever it is`() {
        var generator = SeededRandom(seed: 7)
        let alphabet = Array(#".[]?(@)=!<>'"\*:-01ab $"#)
        for _ in 0..<5000 {
            let text = String((0..<Int.random(in: 0...14, using: &generator)).map { _ in alphabet.randomElement(using: &generator)! })
            _ = ColumnPath(text)?.values(in: ["a": [["b": 1]]])
        }
    }
}
