import ArgumentParser
import Glibc
import GraftAPI
import Harness
import JSON
import KubeClient
import KubeCore
import KubeServer
import ProgramOptions
import Testing

@testable import Commands

@Suite("graft enroll: tokens of single nodes, for an embedded control plane")
struct EnrollTests {
    private let tokens = NodeTokens(secret: "a secret of this control plane")

    @Test func `a token says its node, for its purpose alone`() {
        for node in ["node-1", "ip-10-0-0-7.eu-west-1.compute.internal"] {
            let (cluster, streams) = (tokens.token(of: node, for: .cluster), tokens.token(of: node, for: .streams))
            #expect(tokens.node(of: cluster, for: .cluster) == node)
            #expect(tokens.node(of: streams, for: .streams) == node)
            #expect(tokens.node(of: cluster, for: .streams) == nil)
            #expect(tokens.node(of: streams, for: .cluster) == nil)
            #expect(NodeTokens(secret: "another").node(of: cluster, for: .cluster) == nil)
        }
    }

    @Test func `one that is changed by a letter is nobody's`() {
        let token = tokens.token(of: "node-1", for: .streams)
        for index in token.indices {
            var changed = token
            changed.replaceSubrange(index...index, with: token[index] == "0" ? "1" : "0")
            #expect(tokens.node(of: changed, for: .streams) == nil, "\(changed)")
        }
        for text in [
            "", ".", "node-1", "node-1.", "node-1." + String(repeating: "0", count: 64), token + "00", String(token.dropLast(2)),
            "." + token,
        ] {
            #expect(tokens.node(of: text, for: .streams) == nil, "\(text)")
        }
    }

    @Test func `the API server reviews them as it does a pod's: account, node, audience`() async throws {
        let tokens = ControlPlaneTokens(admin: "the-admin", agent: "any-agent", nodes: tokens)
        try await withEmbeddedCluster(KubeServer.Configuration(tokens: tokens.table)) { cluster in
            func review(_ token: String, _ audiences: JSON) async throws -> JSON? {
                let body: JSON = [
                    "apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview",
                    "spec": ["token": .string(token), "audiences": audiences],
                ]
                return try await cluster.client.send(
                    APIRequest(
                        method: .post, path: "/apis/authentication.k8s.io/v1/tokenreviews", contentType: "application/json", body: body)
                )["status"]
            }
            let streams = tokens.nodes.token(of: "node-1", for: .streams)
            let status = try await review(streams, ["graft-controller"])
            #expect(status?["authenticated"] == true)
            #expect(status?["audiences"] == ["graft-controller"])
            #expect(status?["user"]?["username"] == "system:serviceaccount:graft-agents:graft-agent")
            #expect(status?["user"]?["extra"] == ["authentication.kubernetes.io/node-name": ["node-1"]])
            // It opens nothing else: neither the API server nor what others ask about.
            for audiences in [[], ["vault"], ["https://kubernetes.default.svc"]] as [JSON] {
                #expect(try await review(streams, audiences)?["authenticated"] == false, "\(audiences)")
            }
            let own = tokens.nodes.token(of: "node-1", for: .cluster)
            #expect(try await review(own, [])?["user"]?["extra"] == ["authentication.kubernetes.io/node-name": ["node-1"]])
            #expect(try await review(own, ["graft-controller"])?["authenticated"] == false)
            // The one that all may share names no node, and is worth nothing to the controller.
            #expect(try await review("any-agent", [])?["user"]?["extra"] == nil)
            #expect(try await review("any-agent", ["graft-controller"])?["authenticated"] == false)
        }
    }

    @Test func `it writes what an agent wants, for its owner alone, and the same each time`() async throws {
        try await withTemporaryDirectory { directory in
            #expect(throws: (any Error).self) { try EnrollCommand.parse(["node-1", "--data", directory]).run() }
            let made = try ControlPlaneTokens.load(from: LocalFile(directory + "/tokens.json"))
            // It does not run.
            #expect(throws: (any Error).self) { try EnrollCommand.parse(["node-1", "--data", directory]).run() }
            try LocalFile.makeDirectory(directory + "/pki")
            try LocalFile(directory + "/pki/ca.crt").write(TestCertificate().certificate)
            try LocalFile(directory + "/ready").write(#"{"server": "https://127.0.0.1:6443", "controller": "https://127.0.0.1:6443"}"#)
            for _ in 0..<2 {
                try EnrollCommand.parse(["node-1", "node-2.example", "--data", directory]).run()
                for node in ["node-1", "node-2.example"] {
                    let place = "\(directory)/agents/\(node)"
                    #expect(try LocalFile(place + "/controller-token").text() == made.nodes.token(of: node, for: .streams) + "\n")
                    let configuration = try ClientConfiguration.infer(kubeconfig: place + "/kubeconfig")
                    guard case .bearer(let token) = configuration.authentication else {
                        Issue.record("wanted a token")
                        return
                    }
                    #expect(token == made.nodes.token(of: node, for: .cluster))
                    for file in ["kubeconfig", "controller-token"] {
                        var status = stat()
                        #expect(stat("\(place)/\(file)", &status) == 0 && status.st_mode & 0o777 == 0o600)
                    }
                }
            }
            #expect(try ControlPlaneTokens.load(from: LocalFile(directory + "/tokens.json")).nodes.secret == made.nodes.secret)
        }
    }

    @Test(arguments: ["", "..", "../x", "a/b", "Node", "-a", "a-", "a..b", "a b", String(repeating: "a", count: 254)])
    func `what is no node's name is refused`(_ name: String) {
        #expect(throws: (any Error).self) { try EnrollCommand.parse(["--", name]) }
    }

    @Test func `tokens that were made before nodes had their own are kept`() async throws {
        try await withTemporaryDirectory { directory in
            let file = LocalFile(directory + "/tokens.json")
            try file.write(#"{"admin": "a", "agent": "b"}"#)
            let tokens = try ControlPlaneTokens.load(from: file)
            #expect(tokens.admin == "a" && tokens.agent == "b" && !tokens.nodes.secret.isEmpty)
            #expect(try ControlPlaneTokens.load(from: file).nodes.secret == tokens.nodes.secret)
        }
    }
}
