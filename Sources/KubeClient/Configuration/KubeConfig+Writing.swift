import JSON
import KubeCore
import YAML

extension KubeConfig {
    /// The text of a kubeconfig with one cluster, one user and one context, all three called `name`. It holds the credentials in
    /// clear: write it with mode 0600.
    public static func text(
        name: String, server: String, certificateAuthority: String? = nil, token: String? = nil, clientCertificate: String? = nil,
        clientKey: String? = nil, namespace: String = "default"
    ) -> String {
        func encoded(_ pem: String?) -> String? { pem.map { Base64.encode(Array($0.utf8)) } }
        var cluster: JSONObject = ["server": .string(server)]
        cluster.set("certificate-authority-data", encoded(certificateAuthority))
        var user = JSONObject()
        user.set("token", token)
        user.set("client-certificate-data", encoded(clientCertificate))
        user.set("client-key-data", encoded(clientKey))
        let context: JSON = ["cluster": .string(name), "user": .string(name), "namespace": .string(namespace)]
        return YAML.text([
            "apiVersion": "v1", "kind": "Config", "current-context": .string(name),
            "clusters": [["name": .string(name), "cluster": .object(cluster)]],
            "users": [["name": .string(name), "user": .object(user)]],
            "contexts": [["name": .string(name), "context": context]],
        ])
    }
}
