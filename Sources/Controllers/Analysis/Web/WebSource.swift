import Analysis
import GraftAPI
import HTTPTypes
import JSON

/// Fetches a JSON document and takes a number out of it.
///
/// A number counts, and so does a text that is one, as many APIs write them (`"0.25"`, `"NaN"`, `"+Inf"`). Null, and a place that the document does not have,
/// are no data. Everything else is an error: a boolean, a list, an object, another text; so is every status but 200.
struct WebSource: MetricSource {
    let caller: CheckCaller

    func read(_ metric: AnalysisMetric, of run: AnalysisRun) async throws -> Reading {
        guard let provider = metric.provider.web else { return .error("provider: wanted web") }
        do {
            let address = try CheckAddress(parsing: provider.url, field: "provider.web.url")
            let pointer: JSONPointer
            do { pointer = try JSONPointer(provider.pointer) } catch { throw CheckRefusal("provider.web.pointer: \(error)") }
            var call = CheckCall(method: .get, address: address, timeout: provider.timeout.duration)
            call.fields[.accept] = "application/json"
            call.credentials = provider.credentials
            let answer = try await caller.send(call, for: run.namespace)
            do { return try Self.reading(status: answer.status, body: answer.body, at: pointer) } catch {
                return .error(CheckRefusal("\(address.authority): \(error)").description)
            }
        } catch let refusal as CheckRefusal {
            return .error(refusal.description)
        }
    }

    /// Nothing of the document is quoted: whoever wrote the URL may not be entitled to read what stands there.
    static func reading(status: Int, body: [UInt8], at pointer: JSONPointer) throws(CheckRefusal) -> Reading {
        switch status {
        case 200: break
        case 401, 403: throw CheckRefusal("it refuses the credentials, or wants some (status \(status)); name others in credentials")
        default: throw CheckRefusal("it answers with status \(status), wanted 200")
        }
        let json: JSON
        do { json = try JSON.parse(body, limits: JSONLimits(size: CheckCaller.longestAnswer, depth: 64)) } catch {
            throw CheckRefusal("its answer is no JSON (line \(error.line), column \(error.column))")
        }
        switch json[pointer] {
        case nil, .null?: return .noData
        case .integer(let number)?: return .number(Double(number))
        case .double(let number)?: return .number(number)
        case .string(let text)?:
            guard let number = NumberText.number(text) else {
                throw CheckRefusal("found a text at \(quotation(pointer.description)) that is no number")
            }
            return .number(number)
        case let other?: throw CheckRefusal("found \(other.kind) at \(quotation(pointer.description)), wanted a number")
        }
    }
}
