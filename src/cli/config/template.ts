import { DEFAULT_RETRIES } from "../../benchmark/run-options.ts";
import { DEFAULT_TIMEOUT_MS } from "../../benchmark/requests.ts";
import { BUILT_IN_PROVIDERS } from "../../config/built-in.ts";
import { PLAIN_LOAD } from "../../benchmark/plan.ts";
import { DEFAULT_OUTPUT_DIR } from "../bench/flags.ts";

/**
 * The file that `config init` writes: the defaults that are often changed, and examples commented out. A line that
 * begins with `#` and no space is an example: without the `#` it is valid.
 */
export function configTemplate(): string {
  const timeout = `${DEFAULT_TIMEOUT_MS / 1000}s`;
  const model = (name: string): string => BUILT_IN_PROVIDERS.get(name)?.defaultModel ?? "";
  return `# Configuration of llm-test-bench. Every value here has a default: delete what you do not need.
# To try an example, take the # away that stands directly before it.
# What rules, and where it comes from:  llm-test-bench config show
#
# A key never stands in this file. It stays in an environment variable, and only the variable's name belongs here.

benchmarks:
  # Run directories are made in here, unless --output says where.
  output_dir: ./${DEFAULT_OUTPUT_DIR}
  # Keep the text of answers. false is for confidential ones.
  save_responses: true
  # Requests in flight for each target.
  concurrency: ${PLAIN_LOAD.concurrency}

providers:
  # Built in, known by name: openai (wants OPENAI_API_KEY), anthropic (ANTHROPIC_API_KEY), and sim, the simulator.
  openai:
    # Limit of one attempt.
    timeout: ${timeout}
    # Further attempts after a failure that may pass.
    max_retries: ${DEFAULT_RETRIES}
    #default_model: ${model("openai")}
    #api_key_env: MY_OPENAI_KEY
    # Rules over OPENAI_BASE_URL.
    #base_url: https://api.openai.com/v1

  #anthropic:
    #default_model: ${model("anthropic")}

  # Any server that speaks one of the two APIs. Then: llm-test-bench bench -p local …
  #local:
    # The API it speaks: openai or anthropic.
    #type: openai
    #base_url: http://127.0.0.1:8000/v1
    #default_model: my-model
    # The name of the variable that holds its key; without this line no key is sent.
    #api_key_env: LOCAL_API_KEY
    # --concurrency is cut to this.
    #max_concurrency: 64
    # Sent with every request.
    #headers: { x-team: benchmarks }
    # Over a dataset's defaults, under what a test case says itself.
    #parameters: { temperature: 0, max_tokens: 256 }
    # US dollars; without them the published prices count.
    #prices: { input_per_million: 0.1, output_per_million: 0.4 }
`;
}
