import GraftAPI
import JSON
import KubeClient
import KubeCore
import Schema
import Testing

extension RealCluster {
    @Suite("Definitions and manifests")
    struct DefinitionTests {
        @Test("Every file of CRDs/ and of the base is accepted, with unknown fields refused")
        func accepted() throws {
            let refusals = try Cluster.shared.refusals
            #expect(refusals.isEmpty, "\(refusals.map { "\($0): \($1)" }.sorted().joined(separator: "\n"))")
        }

        @Test("Every kind is served, under its names, with a structural schema", arguments: GraftAPI.kinds.map { $0.naming.plural })
        func established(plural: String) async throws {
            let definition = try await Api<CustomResourceDefinition>(Cluster.shared.admin).get("\(plural).\(GraftAPI.group)")
            #expect(definition.conditions["Established"]?.status == .isTrue)
            #expect(definition.conditions["NamesAccepted"]?.status == .isTrue)
            #expect(definition.conditions["NonStructuralSchema"]?.status != .isTrue, "\(definition.conditions)")
        }

        @Test("Applying a definition anew, or merging it, changes nothing", arguments: GraftAPI.kinds.indices)
        func stable(index: Int) async throws {
            let definition = GraftAPI.kinds[index].customResourceDefinition
            let api = Api<CustomResourceDefinition>(try Cluster.shared.admin)
            let name = try #require(definition["metadata"]?["name"]?.string)
            let before = try await api.get(name)
            let applied = try await api.apply(name, definition, manager: "install")
            #expect(applied.metadata.generation == before.metadata.generation)
            let merged = try await api.mergePatch(name, definition)
            #expect(merged.metadata.generation == before.metadata.generation)
        }

        @Test("A deployment that says only what it must has the defaults that our types have")
        func defaults() async throws {
            let api = Api<ModuleDeployment>(try Cluster.shared.tenant, namespace: Cluster.namespace)
            let created = try await api.create(
                [
                    "metadata": ["name": "defaults"],
                    "spec": ["class": "edge-proxy", "slot": "net/filter", "selector": [:], "module": "registry.example/f/http:1.1.0"],
                ] as JSON)
            var expected = ModuleDeploymentSpec()
            expected.hostClass = "edge-proxy"
            expected.slot = "net/filter"
            expected.module = "registry.example/f/http:1.1.0"
            #expect(created.spec == expected)
            let stored = try await Api<DynamicObject>(api.client, definition: ModuleDeployment.definition, namespace: Cluster.namespace)
                .get("defaults")
            for (field, value) in expected.strategy.json.object ?? [:] {
                #expect(stored["spec"]?["strategy"]?[field] == value, "\(field) was left to the reader")
            }
        }

        static let samples: [(kind: any CustomResource.Type, sample: JSON)] = [
            (ModuleDeployment.self, Sample.deployment("sample")), (ModulePlan.self, Sample.plan("sample")),
            (ModuleRevision.self, Sample.revision("sample")), (ModuleHost.self, Sample.host(node: "sample")),
            (VerificationPolicy.self, Sample.policy("sample")), (ModuleQuarantine.self, Sample.quarantine("sample")),
        ]

        @Test("What the API's page shows is stored as it was sent, with no field unknown", arguments: samples.indices)
        func samplesAccepted(index: Int) async throws {
            let (kind, sample) = Self.samples[index]
            let cluster = try Cluster.shared
            let client = [ModulePlan.definition, ModuleRevision.definition].contains(kind.definition) ? cluster.controller : cluster.admin
            let namespace = kind.definition.scope == .namespaced ? Cluster.namespace : nil
            var body = sample
            body["apiVersion"] = .string(kind.definition.apiVersion)
            body["kind"] = .string(kind.definition.kind)
            var request = APIRequest.create(kind.definition, namespace: namespace, body: body)
            request.query.append(.init("fieldValidation", "Strict"))
            let stored = try await client.send(request)
            for (field, value) in sample["spec"]?.object ?? [:] where field != "strategy" {
                #expect(stored["spec"]?[field] == value, "\(field)")
            }
            #expect(throws: Never.self) { try kind.init(from: stored) }
        }

        @Test("A configuration is kept as it is: names, nulls, numbers, order of lists")
        func configuration() async throws {
            let config: JSON = [
                "kind": "Filter", "metadata": ["x": [3, 1, 2]], "none": nil,
                "nested": ["none": nil, "list": [nil, [:], "10%"], "big": 9_007_199_254_740_993],
                "half": 0.5, "on": false, "empty": [:],
            ]
            let api = Api<ModuleDeployment>(try Cluster.shared.tenant, namespace: Cluster.namespace)
            try await api.create(Sample.deployment("configured").with("spec.config", config))
            #expect(try await api.get("configured").spec.config == config)
            let applied = try await api.apply("configured", Sample.deployment("configured").with("spec.config", config), manager: "x")
            #expect(applied.spec.config == config)
        }

        @Test("What the controller must remember of a rollout comes back as it was written")
        func rolloutStatus() async throws {
            let cluster = try Cluster.shared
            try await Api<ModuleDeployment>(cluster.tenant, namespace: Cluster.namespace).create(Sample.deployment("remembered"))
            let time = Timestamp(microseconds: 1_700_000_000_123_456)
            var status = ModuleDeploymentStatus()
            status.observedGeneration = 1
            status.phase = .progressing
            status.message = "1 of 3 hosts runs 1.1.0"
            let revision = RevisionReference(
                revision: "remembered-1a2b3c4d5e", digest: "sha256:" + String(repeating: "1", count: 64), version: "1.1.0")
            (status.stable, status.canary, status.previous) = (revision, revision, revision)
            var rollout = RolloutStatus()
            rollout.id = "remembered-1a2b3c4d5e-1"
            rollout.kind = .return
            rollout.cause = .failures
            rollout.reason = "3 of 10 hosts failed"
            rollout.stepStartTime = Instant(time)
            rollout.weight = Weight(basisPoints: 1250)
            rollout.salt = "5d1c0f2a9b7e4c33"
            rollout.wave.number = 2
            rollout.wave.from = [Cutoff(zone: "a", below: Rank(value: 7)), Cutoff(below: Rank(value: 0))]
            rollout.wave.below = [Cutoff(below: .end)]
            rollout.wave.goal = [Cutoff(below: .end)]
            (rollout.wave.startTime, rollout.wave.soakStartTime, rollout.wave.settledTime) = (Instant(time), Instant(time), Instant(time))
            rollout.progress.time = Instant(time)
            rollout.progress.suspendedSince = Instant(time)
            rollout.lostHosts = ["edge-proxy.node-1"]
            status.rollout = rollout
            var entry = HistoryEntry()
            entry.revision = revision.revision
            entry.digest = revision.digest
            entry.source = "registry.example/f/http:1.1.0"
            entry.outcome = .good
            status.history = [entry]
            status.conditions = [
                Condition(
                    type: "Ready", status: .isTrue, reason: "Rolled", message: "", observedGeneration: 1,
                    lastTransitionTime: time.wholeSeconds)
            ]
            let deployments = Api<ModuleDeployment>(cluster.controller, namespace: Cluster.namespace)
            let body: JSON = ["status": status.json]
            try await deployments.applyStatus("remembered", body, manager: GraftAPI.controllerManager)
            let stored = try await Api<ModuleDeployment>(cluster.tenant, namespace: Cluster.namespace).get("remembered").status
            #expect(stored.json == status.json)
            #expect(stored == status)
        }

        @Test("What a host reports fits the definition")
        func hostStatus() async throws {
            let cluster = try Cluster.shared
            let api = Api<ModuleHost>(cluster.admin)
            try await api.create(Sample.host(node: "status"))
            let reported = try await api.patchStatus("edge-proxy.status", Sample.hostStatus)
            #expect(reported.status.slots.first?.target?.state == .reverted)
            #expect(reported.status.json == Sample.hostStatus["status"])
        }
    }
}
