import Harness
import JSON
import KubeServer
import Testing

@Suite("Graft's own definitions", .serialized)
struct GraftDefinitionTests {
    @Test("Every definition of the CRDs folder is established and served")
    func served() async throws {
        try await withEmbeddedCluster { cluster async throws in
            try await cluster.applyDefinitions()
            let api = API(transport: cluster.server.inProcessTransport())
            let resources = try await api.get("/apis/graft.dev/v1alpha1").json["resources"]?.array ?? []
            let names = resources.compactMap { $0["name"]?.string }
            #expect(names.contains("moduledeployments"))
            #expect(names.contains("modulehosts/status"))
            let definitions = try await api.get("/apis/apiextensions.k8s.io/v1/customresourcedefinitions")
            for definition in definitions.items {
                let conditions = definition["status"]?["conditions"]?.array ?? []
                #expect(conditions.contains { $0["type"] == "Established" && $0["status"] == "True" })
            }
            // Applying them again changes nothing.
            try await cluster.applyDefinitions()
            #expect(try await api.get("/apis/apiextensions.k8s.io/v1/customresourcedefinitions").items == definitions.items)
        }
    }

    @Test("Agents watch the plans of their class")
    func plansByClass() async throws {
        try await withEmbeddedCluster { cluster async throws in
            try await cluster.applyDefinitions()
            let api = API(transport: cluster.server.inProcessTransport())
            let answer = try await api.get("/apis/graft.dev/v1alpha1/moduleplans?fieldSelector=spec.class%3Dedge")
            #expect(answer.status == 200, "\(answer.message)")
        }
    }
}
