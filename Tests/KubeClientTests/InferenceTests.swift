import KubeClient
import Testing

/// Where a client's configuration is found.
@Suite struct InferenceTests {
    private func kubeconfig(_ name: String, current: Bool = true) -> String {
        KubeConfig.text(name: name, server: "https://\(name).test", token: "token-of-\(name)")
            .split(separator: "\n").filter { current || !$0.contains("current-context") }.joined(separator: "\n")
    }

    @Test func `An explicit file wins, and must exist`() async throws {
        try await withDirectory { directory in
            try write(kubeconfig("a"), to: "\(directory)/a")
            try write(kubeconfig("b"), to: "\(directory)/b")
            let environment = ["KUBECONFIG": "\(directory)/b"]
            #expect(try ClientConfiguration.infer(kubeconfig: "\(directory)/a", environment: environment).server == "https://a.test")
            let error = #expect(throws: ClientConfigurationError.self) {
                try ClientConfiguration.infer(kubeconfig: "\(directory)/none", environment: environment)
            }
            #expect(error?.message == "the kubeconfig \(directory)/none does not exist; give the path of one, or set KUBECONFIG")
        }
    }

    @Test func `The files of KUBECONFIG are merged, the first to name a thing wins`() async throws {
        try await withDirectory { directory in
            try write(kubeconfig("a", current: false), to: "\(directory)/a")
            try write(kubeconfig("b"), to: "\(directory)/b")
            try write(kubeconfig("a").replacing("https://a.test", with: "https://late.test"), to: "\(directory)/c")
            let environment = ["KUBECONFIG": "\(directory)/none:\(directory)/a:\(directory)/b::\(directory)/c", "HOME": directory]
            #expect(try ClientConfiguration.infer(environment: environment).server == "https://b.test")
            #expect(try ClientConfiguration.infer(context: "a", environment: environment).server == "https://a.test")
        }
    }

    @Test func `Then comes the file in the home directory, its paths as seen from there`() async throws {
        try await withDirectory { directory in
            try #require(mkdirectory("\(directory)/.kube"))
            try write(kubeconfig("home").replacing("token: token-of-home", with: "tokenFile: t"), to: "\(directory)/.kube/config")
            let found = try ClientConfiguration.infer(environment: ["HOME": directory, "KUBECONFIG": ""])
            #expect(found.authentication == .tokenFile("\(directory)/.kube/t"))
        }
    }

    @Test func `Then the pod`() async throws {
        try await withDirectory { directory in
            try write("pod-token", to: "\(directory)/token")
            try write(KubeConfigTests.pem, to: "\(directory)/ca.crt")
            try write("payments\n", to: "\(directory)/namespace")
            var environment = ["HOME": directory, "KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "443"]
            let found = try ClientConfiguration.infer(environment: environment, serviceAccount: directory)
            #expect(found.server == "https://[fd00::1]:443")
            #expect(found.authentication == .tokenFile("\(directory)/token"))
            #expect(found.certificateAuthority == KubeConfigTests.pem)
            #expect(found.files == .init(certificateAuthority: "\(directory)/ca.crt"))
            #expect(found.namespace == "payments")
            let lost = #expect(throws: ClientConfigurationError.self) {
                try ClientConfiguration.infer(context: "x", environment: environment, serviceAccount: directory)
            }
            #expect(lost?.message.contains("context \"x\"") ?? false)
            environment["KUBERNETES_SERVICE_PORT"] = nil
            #expect(throws: ClientConfigurationError.self) {
                try ClientConfiguration.infer(environment: environment, serviceAccount: directory)
            }
        }
    }

    @Test func `A pod without a token is told what to do`() {
        let environment = ["KUBERNETES_SERVICE_HOST": "10.0.0.1", "KUBERNETES_SERVICE_PORT": "443"]
        let error = #expect(throws: ClientConfigurationError.self) {
            try ClientConfiguration.inCluster(environment: environment, serviceAccount: "/nowhere")
        }
        #expect(error?.message.contains("automountServiceAccountToken") ?? false)
    }

    @Test(
        "When there is nothing, the error lists what was tried",
        arguments: [
            ([:], ["KUBECONFIG and HOME (not set)"]), (["HOME": "/nowhere"], ["/nowhere/.kube/config (no such file"]),
            (["KUBECONFIG": "/nowhere/a:/nowhere/b"], ["KUBECONFIG=/nowhere/a:/nowhere/b"]),
        ] as [([String: String], [String])])
    func nothing(environment: [String: String], tried: [String]) {
        let error = #expect(throws: ClientConfigurationError.self) { try ClientConfiguration.infer(environment: environment) }
        for text in tried + ["KUBERNETES_SERVICE_HOST is not set", "set KUBECONFIG"] {
            #expect(error?.message.contains(text) ?? false, "\(error?.message ?? "")")
        }
    }

    @Test func `A kubeconfig without a current context asks for one`() async throws {
        try await withDirectory { directory in
            try write(kubeconfig("a", current: false), to: "\(directory)/a")
            let error = #expect(throws: ClientConfigurationError.self) {
                try ClientConfiguration.infer(environment: ["KUBECONFIG": "\(directory)/a"])
            }
            #expect(error?.message == "\(directory)/a: no current-context; choose one of: a")
        }
    }
}

extension String {
    /// Every occurrence of a text by another.
    fileprivate func replacing(_ text: String, with other: String) -> String {
        var result = ""
        var rest = self[...]
        while !rest.isEmpty {
            if rest.hasPrefix(text) {
                result += other
                rest = rest.dropFirst(text.count)
            } else {
                result.append(rest.removeFirst())
            }
        }
        return result
    }
}
