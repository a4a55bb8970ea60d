import JSON
import KubeCore
import Schema
import Testing

@testable import GraftAPI

@Suite("Kinds")
struct CustomResourceTests {
    private let deployment: JSON = [
        "apiVersion": "graft.dev/v1alpha1", "kind": "ModuleDeployment",
        "metadata": ["name": "http-filter", "namespace": "payments"],
        "spec": [
            "class": "edge-proxy", "slot": "net/filter", "selector": ["matchLabels": ["tier": "edge"]],
            "module": "registry.example/f/http:1.1.0", "config": ["port": 8080],
            "strategy": [
                "maxUnavailable": "10%", "failureThreshold": 2,
                "steps": [["setWeight": 10], ["pause": ["durationSeconds": 600]], ["setWeight": "12.5%"], ["pause": [:]]],
            ],
        ],
    ]

    @Test("A deployment is read with its defaults")
    func readDeployment() throws {
        let read = try ModuleDeployment(from: deployment)
        #expect(read.key == ObjectKey(namespace: "payments", name: "http-filter"))
        #expect(read.spec.hostClass == "edge-proxy")
        #expect(read.spec.config == ["port": 8080])
        #expect(read.spec.revisionHistoryLimit == 10)
        #expect(read.spec.onRelease == .retain)
        #expect(read.spec.strategy.maxUnavailable == .share(Weight(percent: 10)))
        #expect(read.spec.strategy.failureThreshold == .count(2))
        #expect(read.spec.strategy.soakSeconds == 30)
        #expect(
            read.spec.strategy.steps == [
                .setWeight(Weight(percent: 10)), .pause(seconds: 600), .setWeight(Weight(basisPoints: 1250)), .pause(seconds: nil),
            ])
    }

    @Test("What is written is read back as the same value")
    func roundTrip() throws {
        let read = try ModuleDeployment(from: deployment)
        #expect(try ModuleDeployment(from: read.json).spec == read.spec)
    }

    private static let wrongFields: [(field: String, value: JSON?, message: String)] = [
        ("class", 5, "spec.class: wanted a string, found integer"),
        ("onRelease", "Keep", "spec.onRelease: wanted one of Retain, Unload, found Keep"),
        ("strategy", ["maxUnavailable": "ten"], "spec.strategy.maxUnavailable: wanted a whole number of percent"),
        ("strategy", ["steps": [["setWeight": 101]]], "spec.strategy.steps[0].setWeight: wanted a whole number of percent"),
        ("selector", nil, "spec.selector: wanted a value, found nothing"),
    ]

    @Test("A wrong field is named with what was found and wanted", arguments: wrongFields)
    func wrongField(field: String, value: JSON?, message: String) throws {
        var wrong = deployment
        wrong["spec"]?[field] = value
        let error = try #require(throws: JSONDecodingError.self) { try ModuleDeployment(from: wrong) }
        #expect(error.description.hasPrefix(message), "\(error)")
    }

    @Test("Every field of a kind is in its schema, and every kind has a definition")
    func schemas() throws {
        for kind in GraftAPI.kinds {
            let definition = kind.customResourceDefinition
            let root = definition["spec"]?["versions"]?[0]?["schema"]?["openAPIV3Schema"]
            #expect(root?["properties"]?["spec"]?["type"] == "object")
            #expect(root?["properties"]?["spec"]?["description"] != nil)
            #expect(definition["metadata"]?["name"]?.string == "\(kind.naming.plural).graft.dev")
        }
    }

    @Test("A step has exactly one member")
    func stepSchema() {
        #expect(Step.schema.minProperties == 1)
        #expect(Step.schema.maxProperties == 1)
    }
}
