import Analysis
import GraftAPI
import JSON

/// What a Prometheus answers to a query (HTTP API v1), read strictly: whatever is not one number, or nothing, is an error that says what it is.
struct PrometheusAnswer: Hashable, Sendable {
    var reading: Reading
    /// What it says about how the number came about, such as a part of the data that was not there.
    var warnings: [String] = []

    private static let mostWarnings = 4

    /// - Parameters:
    ///   - reduction: of a range; nil: an instant query.
    ///   - secrets: what was sent and must not be quoted.
    /// - Throws: `CheckRefusal` without the address.
    init(status: Int, body: [UInt8], reduction: QueryRange.Reduction?, secrets: [String] = []) throws(CheckRefusal) {
        let json = try? JSON.parse(body, limits: JSONLimits(size: CheckCaller.longestAnswer, depth: 32))
        guard status == 200, json?["status"]?.string == "success" else { throw Self.failure(status, json, secrets) }
        guard let data = json?["data"], let type = data["resultType"]?.string, let result = data["result"] else {
            throw CheckRefusal("its answer has no data with resultType and result; is it a Prometheus?")
        }
        reading = try Self.reading(type, result, reduction)
        warnings = (json?["warnings"]?.array ?? []).prefix(Self.mostWarnings).compactMap(\.string).map { quotation($0, secrets: secrets) }
    }

    /// The labels of what an instant query finds, however many that are.
    /// - Throws: `CheckRefusal` without the address.
    static func series(status: Int, body: [UInt8], secrets: [String] = []) throws(CheckRefusal) -> [[String: String]] {
        let json = try? JSON.parse(body, limits: JSONLimits(size: CheckCaller.longestAnswer, depth: 32))
        guard status == 200, json?["status"]?.string == "success" else { throw failure(status, json, secrets) }
        guard json?["data"]?["resultType"]?.string == "vector", let elements = json?["data"]?["result"]?.array else {
            throw CheckRefusal("its answer is no list of series; is it a Prometheus?")
        }
        return elements.map { element in
            Dictionary(
                (element["metric"]?.object ?? [:]).compactMap { name, value in value.string.map { (name, $0) } },
                uniquingKeysWith: { first, _ in first })
        }
    }

    private static func failure(_ status: Int, _ json: JSON?, _ secrets: [String]) -> CheckRefusal {
        if let kind = json?["errorType"]?.string, let text = json?["error"]?.string {
            let remedy = kind == "bad_data" ? "; correct the query" : ""
            return CheckRefusal(
                "it says \(quotation(kind, secrets: secrets)) (status \(status)): \(quotation(text, secrets: secrets))\(remedy)")
        }
        switch status {
        case 401, 403: return CheckRefusal("it refuses the credentials, or wants some (status \(status)); name others in credentials")
        case 404: return CheckRefusal("it has no query API there (status 404); correct the address, up to what stands before /api/v1")
        case 200: return CheckRefusal("its answer is not that of a query; is it a Prometheus?")
        default: return CheckRefusal("it answers with status \(status)")
        }
    }

    private static func reading(_ type: String, _ result: JSON, _ reduction: QueryRange.Reduction?) throws(CheckRefusal) -> Reading {
        switch (type, reduction) {
        case ("scalar", nil): return .number(try sample(result))
        case ("vector", nil):
            guard let element = try single(result, "samples") else { return .noData }
            guard let value = element["value"] else { throw unreadable(element) }
            return .number(try sample(value))
        case ("matrix", let reduction?):
            guard let element = try single(result, "series") else { return .noData }
            guard let values = element["values"]?.array else { throw unreadable(element) }
            var numbers: [Double] = []
            for value in values { numbers.append(try sample(value)) }
            return numbers.isEmpty ? .noData : .number(reduction.number(of: numbers))
        case ("matrix", nil):
            throw CheckRefusal("the result is a range of samples, wanted one; leave [range] out of the query's outermost part")
        case ("string", _): throw CheckRefusal("the result is a text, wanted a number")
        default: throw CheckRefusal("the result is of type \(quotation(type)), wanted \(reduction == nil ? "vector or scalar" : "matrix")")
        }
    }

    /// Nil when there is none.
    private static func single(_ result: JSON, _ what: String) throws(CheckRefusal) -> JSON? {
        guard let elements = result.array else { throw CheckRefusal("its answer's result is no list; is it a Prometheus?") }
        guard elements.count <= 1 else {
            throw CheckRefusal("the result has \(elements.count) \(what), wanted one; add them up in the query, as in sum(…)")
        }
        return elements.first
    }

    private static func unreadable(_ element: JSON) -> CheckRefusal {
        element["histogram"] == nil && element["histograms"] == nil
            ? CheckRefusal("its answer has no value; is it a Prometheus?")
            : CheckRefusal("the result is a histogram, wanted a number; use histogram_quantile(…) or the like")
    }

    /// `[time, "text"]`.
    private static func sample(_ json: JSON) throws(CheckRefusal) -> Double {
        guard let pair = json.array, pair.count == 2, pair[0].double != nil, let text = pair[1].string, let number = NumberText.number(text)
        else {
            throw CheckRefusal("its answer holds a sample that is none; is it a Prometheus?")
        }
        return number
    }
}

extension QueryRange.Reduction {
    /// - Parameter numbers: in the order of their times, at least one.
    func number(of numbers: [Double]) -> Double {
        let real = numbers.filter { !$0.isNaN }
        switch self {
        case .last: return numbers.last ?? .nan
        case .average: return numbers.reduce(0) { $0 + $1 / Double(numbers.count) }
        case .min: return real.min() ?? .nan
        case .max: return real.max() ?? .nan
        }
    }
}
