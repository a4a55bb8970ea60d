import GraftAPI
import JSON
import KubeClient
import KubeCore
import Testing

extension RealCluster {
    @Suite("What schemas and rules refuse")
    struct RuleTests {
        private static let samples: JSON = ["count": 10, "of": ["name": "requests_total", "labels": ["code": "200"]]]

        /// A change to a deployment that would do, the field that the refusal must name, and words of its message.
        static let wrongDeployments: [(path: String, value: JSON?, field: String, message: String)] = [
            ("spec.class", "Edge", "spec.class", "should match"),
            ("spec.class", .string(String(repeating: "c", count: 41)), "spec.class", "Too long"),
            ("spec.class", nil, "spec.class", "Required value"),
            ("spec.slot", .string(String(repeating: "s", count: 64)), "spec.slot", "Too long"),
            ("spec.slot", "net/../filter", "spec.slot", "should match"),
            ("spec.selector", nil, "spec.selector", "Required value"),
            ("spec.module", "", "spec.module", "at least 1"),
            ("spec.onRelease", "Keep", "spec.onRelease", "\"Retain\", \"Unload\""),
            ("spec.revisionHistoryLimit", 51, "spec.revisionHistoryLimit", "less than or equal to 50"),
            ("spec.strategy.maxUnavailable", "ten", "spec.strategy.maxUnavailable", "should match"),
            ("spec.strategy.maxUnavailable", -1, "spec.strategy.maxUnavailable", "greater than or equal to 0"),
            ("spec.strategy.soakSeconds", -1, "spec.strategy.soakSeconds", "greater than or equal to 0"),
            ("spec.strategy.cohort", "Sometimes", "spec.strategy.cohort", "\"Sticky\", \"Rotate\""),
            ("spec.strategy.steps", [["setWeight": 101]], "spec.strategy.steps[0].setWeight", "less than or equal to 100"),
            ("spec.strategy.steps", [["setWeight": "101%"]], "spec.strategy.steps[0].setWeight", "should match"),
            ("spec.strategy.steps", [["setWeight": "10"]], "spec.strategy.steps[0].setWeight", "should match"),
            ("spec.strategy.steps", [["setWeight": 12.5]], "spec.strategy.steps[0].setWeight", "must be of type"),
            ("spec.strategy.steps", [["setWeight": 10, "pause": [:]]], "spec.strategy.steps[0]", "at most 1"),
            ("spec.strategy.steps", [["setWeight": 10], [:]], "spec.strategy.steps[1]", "at least 1"),
            // A member that no field names is dropped, which leaves nothing.
            ("spec.strategy.steps", [["setWait": 10]], "spec.strategy.steps[0]", "at least 1"),
            (
                "spec.strategy.steps", [["soak": ["durationSeconds": 5, "deadlineSeconds": 9]]], "spec.strategy.steps[0].soak",
                "wanted with samples"
            ),
            (
                "spec.strategy.steps", [["soak": ["durationSeconds": 5, "deadlineSeconds": 5, "samples": samples]]],
                "spec.strategy.steps[0].soak", "wanted more than durationSeconds"
            ),
            (
                "spec.strategy.steps", [["analysis": ["analyses": [["name": "a"], ["name": "a"]]]]],
                "spec.strategy.steps[0].analysis.analyses[1]", "Duplicate value"
            ),
            (
                "spec.strategy.steps", [["webhook": ["url": "https://ann:secret@x/"]]], "spec.strategy.steps[0].webhook.url", "should match"
            ),
            ("spec.strategy.analysis", ["analyses": []], "spec.strategy.analysis.analyses", "at least 1"),
            ("metadata.name", .string(String(repeating: "n", count: 53)), "", "metadata.name must be at most 52 characters"),
        ]

        @Test("A deployment that can't be meant is refused, and the message names the field", arguments: wrongDeployments)
        func wrongDeployment(path: String, value: JSON?, field: String, message: String) async throws {
            let api = Api<ModuleDeployment>(try Cluster.shared.tenant, namespace: Cluster.namespace)
            let error = try #require(
                await outcome { try await api.create(Sample.deployment("wrong").with(path, value), options: WriteOptions(dryRun: true)) },
                "it was accepted")
            #expect(error.code == .invalid)
            expect(error, names: field, message)
        }

        @Test("An unknown step is refused by its name where clients ask for strict validation, as kubectl does")
        func unknownStep() async throws {
            let body = Sample.deployment("wrong").with("spec.strategy.steps", [["setWait": 10]])
                .with("apiVersion", "graft.dev/v1alpha1").with("kind", "ModuleDeployment")
            var request = APIRequest.create(ModuleDeployment.definition, namespace: Cluster.namespace, body: body)
            request.query.append(.init("fieldValidation", "Strict"))
            let client = try Cluster.shared.tenant
            let error = try #require(await outcome { try await client.send(request) }, "it was accepted")
            #expect(error.message.contains("unknown field \"spec.strategy.steps[0].setWait\""), "\(error)")
        }

        static let rightDeployments: [(path: String, value: JSON?)] = [
            ("spec.strategy.steps", [["setWeight": 0], ["setWeight": 100], ["setWeight": "99.99%"], ["setWeight": "100%"]]),
            ("spec.strategy.steps", nil), ("spec.strategy", nil), ("spec.config", nil), ("spec.selector", [:]),
            (
                "spec.strategy.steps",
                [
                    ["analysis": ["analyses": [["name": "a", "args": [["name": "job", "value": "edge"]]]], "deadlineSeconds": 5]],
                    ["webhook": ["url": "https://x:8443/go?a=b"]],
                    ["soak": ["durationSeconds": 5, "deadlineSeconds": 6, "samples": samples, "onDeadline": "Pause"]],
                ]
            ),
            ("spec.strategy.analysis", ["startingStep": 65, "analyses": [["name": "a"]]]),
            ("spec.strategy.maxUnavailable", 3), ("spec.slot", "heap"), ("spec.slot", "net/filter.v2/http-1"),
            ("metadata.name", .string(String(repeating: "n", count: 52))),
        ]

        @Test("A deployment at the limits is accepted", arguments: rightDeployments)
        func rightDeployment(path: String, value: JSON?) async throws {
            let api = Api<ModuleDeployment>(try Cluster.shared.tenant, namespace: Cluster.namespace)
            let error = await outcome {
                try await api.create(Sample.deployment("right").with(path, value), options: WriteOptions(dryRun: true))
            }
            #expect(error == nil, "\(error?.message ?? "")")
        }

        /// A kind, an object of it, a change to it, and the field that the refusal must name.
        static let changes: [(kind: any CustomResource.Type, object: JSON, path: String, value: JSON, field: String, message: String)] = [
            (ModuleDeployment.self, Sample.deployment("class"), "spec.class", "kv-node", "spec.class", "is immutable"),
            (ModuleDeployment.self, Sample.deployment("slot"), "spec.slot", "heap", "spec.slot", "is immutable"),
            (ModulePlan.self, Sample.plan("epoch"), "spec.epoch", 6, "spec.epoch", "must not decrease"),
            (ModulePlan.self, Sample.plan("class"), "spec.class", "kv-node", "spec.class", "is immutable"),
            (ModulePlan.self, Sample.plan("slot"), "spec.slot", "heap", "spec.slot", "is immutable"),
            (ModuleRevision.self, Sample.revision("digest"), "spec.digest", Sample.otherDigest, "spec", "is immutable"),
            (ModuleRevision.self, Sample.revision("value"), "spec.config.port", 8081, "spec", "is immutable"),
            (ModuleRevision.self, Sample.revision("member"), "spec.config.host", "h", "spec", "is immutable"),
            (ModuleRevision.self, Sample.revision("renamed"), "spec.config", ["port": nil, "host": 8080], "spec", "is immutable"),
            (
                ModuleRevision.self, Sample.revision("deep").with("spec.config", ["a": ["x": 1]]), "spec.config.a", ["x": nil, "y": 1],
                "spec", "is immutable"
            ),
            (ModuleRevision.self, Sample.revision("gone"), "spec.config", nil, "spec", "is immutable"),
            (ModuleRevision.self, Sample.revision("descriptor"), "spec.descriptor.name", "other", "spec", "is immutable"),
            (ModuleQuarantine.self, Sample.quarantine("reason"), "spec.reason", "on second thoughts", "spec", "is immutable"),
            (ModuleQuarantine.self, Sample.quarantine("action"), "spec.action", "Evict", "spec", "is immutable"),
            (ModuleHost.self, Sample.host(node: "class"), "spec.class", "kv-node", "spec.class", "is immutable"),
            (ModuleHost.self, Sample.host(node: "name"), "spec.nodeName", "node-9", "spec.nodeName", "is immutable"),
        ]

        @Test("What never changes is refused to change, and the message names the field", arguments: changes.indices)
        func change(index: Int) async throws {
            let (kind, object, path, value, field, message) = Self.changes[index]
            let api = try Self.api(of: kind)
            let created = try await api.create(object.with("metadata.name", .string("change-\(index)")))
            let error = try #require(
                await outcome { try await api.mergePatch(created.metadata.name, JSON.object([:]).with(path, value)) }, "it was accepted")
            #expect(error.code == .invalid)
            expect(error, names: field, message)
        }

        @Test("A revision with the largest configuration is compared within the server's limits")
        func largeConfiguration() async throws {
            var config = JSONObject()
            for index in 0..<4000 { config["key-\(index)"] = ["value": .string(String(repeating: "v", count: 40))] }
            let revisions = try Self.api(of: ModuleRevision.self)
            try await revisions.create(Sample.revision("large").with("spec.config", .object(config)))
            try await revisions.mergePatch("large", ["metadata": ["labels": ["a": "b"]]] as JSON)
            try await revisions.patchStatus("large", ["status": ["outcome": "Good"]] as JSON)
            let error = await outcome {
                try await revisions.mergePatch("large", ["spec": ["config": ["key-3999": ["value": "w"]]]] as JSON)
            }
            #expect(error?.code == .invalid)
        }

        @Test("An epoch may stay and may grow")
        func epoch() async throws {
            let api = try Self.api(of: ModulePlan.self)
            try await api.create(Sample.plan("growing", epoch: 7))
            for epoch: Int64 in [7, 8, 1 << 53] {
                let patched = try await api.mergePatch("growing", ["spec": ["epoch": .integer(epoch), "action": "Unload"]] as JSON)
                #expect(patched["spec"]?["epoch"] == .integer(epoch))
            }
        }

        /// Rules hold for whoever writes: plans and revisions are written here by one whom no other policy stops.
        private static func api(of kind: any CustomResource.Type) throws -> Api<DynamicObject> {
            let cluster = try Cluster.shared
            let isOurs = [ModulePlan.definition, ModuleRevision.definition].contains(kind.definition)
            return Api(isOurs ? try cluster.kubernetes : cluster.admin, definition: kind.definition, namespace: Cluster.namespace)
        }

        private func expect(_ error: KubeError, names field: String, _ message: String) {
            let isNamed = error.causes.contains { ($0.field == field || field.isEmpty) && $0.message.contains(message) }
            #expect(isNamed, "wanted \(field): … \(message); found \(error.causes)")
        }
    }
}
