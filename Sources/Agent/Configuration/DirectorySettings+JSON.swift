package import JSON

extension ReloadSettings: JSONDecodable {
    package init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        let reader = try KnownReader(json, at: path)
        let url: HostURL? = try reader.optional("url")
        let signal: String? = try reader.optional("signal")
        let command: [String]? = try reader.optional("command")
        let timeout: Double = try reader.optional("timeoutSeconds") ?? 10
        switch (url, signal, command) {
        case (let url?, nil, nil): self.init(.http(url, method: try reader.optional("method") ?? "POST"), timeout: .seconds(timeout))
        case (nil, let signal?, nil):
            guard let number = Self.signals[signal] else {
                throw JSONDecodingError(path: path.appending("signal"), wanted: "HUP, USR1 or USR2", found: signal)
            }
            self.init(.signal(number, pidFile: try reader.required("pidFile")), timeout: .seconds(timeout))
        case (nil, nil, let command?) where !command.isEmpty: self.init(.command(command), timeout: .seconds(timeout))
        default: throw JSONDecodingError(path: path, wanted: "exactly one of url, signal and command", found: "something else")
        }
        try reader.refuseUnknown()
    }

    private static let signals: [String: Int32] = ["HUP": 1, "USR1": 10, "USR2": 12]
}

extension ProbeSettings: JSONDecodable {
    package init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        let reader = try KnownReader(json, at: path)
        let url: HostURL? = try reader.optional("url")
        let command: [String]? = try reader.optional("command")
        let timeout: Double = try reader.optional("timeoutSeconds") ?? 2
        let pointers = Pointers(
            version: try reader.pointer("version"), digest: try reader.pointer("digest"), process: try reader.pointer("process"),
            rule: try reader.pointer("rule"))
        switch (url, command) {
        case (let url?, nil): self.init(.http(url, pointers), timeout: .seconds(timeout))
        case (nil, let command?) where !command.isEmpty: self.init(.command(command), timeout: .seconds(timeout))
        default: throw JSONDecodingError(path: path, wanted: "exactly one of url and command", found: "something else")
        }
        try reader.refuseUnknown()
    }
}

extension RoutingSettings: JSONDecodable {
    package init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        let reader = try KnownReader(json, at: path)
        self.init(probe: try reader.optional("probe"))
        try reader.refuseUnknown()
    }
}

extension HostURL: JSONDecodable {
    package init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        guard let text = json.string, let url = HostURL(text) else {
            throw JSONDecodingError(path: path, wanted: "a URL like http://127.0.0.1:8080/-/version", found: json.string ?? json.kind)
        }
        self = url
    }
}
