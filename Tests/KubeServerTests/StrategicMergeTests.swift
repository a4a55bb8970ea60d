import JSON
import Testing

@testable import KubeServer

@Suite("Strategic merge")
struct StrategicMergeTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var object: JSON
        var patch: JSON
        var result: JSON

        static let all = [
            Case(
                testDescription: "members are merged, null removes", object: ["a": 1, "b": ["c": 2, "d": 3]],
                patch: ["a": nil, "b": ["c": 4]], result: ["b": ["c": 4, "d": 3]]),
            Case(
                testDescription: "elements with a key are merged by it",
                object: ["env": [["name": "A", "value": "1"], ["name": "B", "value": "2"]]],
                patch: ["env": [["name": "B", "value": "3"], ["name": "C", "value": "4"]]],
                result: ["env": [["name": "A", "value": "1"], ["name": "B", "value": "3"], ["name": "C", "value": "4"]]]),
            Case(
                testDescription: "lists without a key are replaced", object: ["args": ["a", "b"]], patch: ["args": ["c"]],
                result: ["args": ["c"]]),
            Case(
                testDescription: "ports are merged by number",
                object: ["ports": [["containerPort": 80, "name": "web"]]], patch: ["ports": [["containerPort": 80, "name": "http"]]],
                result: ["ports": [["containerPort": 80, "name": "http"]]]),
            Case(
                testDescription: "an element is deleted by its key",
                object: ["volumes": [["name": "a"], ["name": "b"]]], patch: ["volumes": [["name": "a", "$patch": "delete"]]],
                result: ["volumes": [["name": "b"]]]),
            Case(
                testDescription: "a list is replaced on demand",
                object: ["volumes": [["name": "a"], ["name": "b"]]], patch: ["volumes": [["$patch": "replace"], ["name": "c"]]],
                result: ["volumes": [["name": "c"]]]),
            Case(
                testDescription: "an object is replaced on demand", object: ["spec": ["a": 1]],
                patch: ["spec": ["$patch": "replace", "b": 2]],
                result: ["spec": ["b": 2]]),
            Case(
                testDescription: "values are taken out of a plain list", object: ["finalizers": ["a", "b"]],
                patch: ["$deleteFromPrimitiveList/finalizers": ["a"]], result: ["finalizers": ["b"]]),
            Case(
                testDescription: "values join a plain list once", object: ["finalizers": ["a"]], patch: ["finalizers": ["a", "b"]],
                result: ["finalizers": ["a", "b"]]),
            Case(
                testDescription: "the order is as asked for",
                object: ["volumes": [["name": "a"], ["name": "b"]]],
                patch: ["$setElementOrder/volumes": [["name": "c"], ["name": "b"], ["name": "a"]], "volumes": [["name": "c"]]],
                result: ["volumes": [["name": "c"], ["name": "b"], ["name": "a"]]]),
            Case(
                testDescription: "only retained keys stay", object: ["strategy": ["type": "RollingUpdate", "rollingUpdate": [:]]],
                patch: ["strategy": ["$retainKeys": ["type"], "type": "Recreate"]], result: ["strategy": ["type": "Recreate"]]),
        ]
    }

    @Test("Patches", arguments: Case.all)
    func patches(patching: Case) throws {
        #expect(try StrategicMerge.patched(patching.object, with: patching.patch) == patching.result)
    }

    @Test("An element without the key is refused")
    func missingKey() {
        #expect(throws: (any Error).self) {
            try StrategicMerge.patched(["volumes": [["name": "a"]]], with: ["volumes": [["emptyDir": [:]]]])
        }
    }
}
