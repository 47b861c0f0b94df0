"""A small table of each layout of score tables as CSV, by the name of its reader."""

from __future__ import annotations

V2 = {"IFEval": "ifeval", "BBH": "bbh", "MATH-lvl5": "math", "GPQA": "gpqa", "MuSR": "musr", "MMLU-Pro": "mmlu_pro"}
SAMPLES = {
    "open-llm-v1": "t,model,average,arc,hellaswag,mmlu,truthfulqa,winogrande,gsm8k,type\n?,a,1,10,20,30,40,50,60,x\n?,b,1,11,21,31,41,51,61,x\n",
    "open-llm-v1-early": "\ufeffModel,Average,ARC(25-shot),HellaSwag(10-shot),MMLU(5-shot),TruthfulQA(0-shot),URL\na,1,10,20,30,40,u\nb,1,11,21,31,41,u\n",
    "open-llm-v2": "model_name,"
    + ",".join(f"evaluations_{c}_value" for c in V2.values())
    + "\na,.1,.2,.3,.4,.5,.6\nb,.2,.3,.4,.5,.6,.7\n",
    "alpaca-eval": ",win_rate,standard_error,n_total,avg_length\na,10,1,805,99\nb,20,1,805,99\n",
    "alpaca-eval-2": ",win_rate,standard_error,n_total,avg_length,length_controlled_winrate,lc_standard_error\na,10,1,805,99,12,.1\nb,20,1,805,9,22,.1\n",
    "arena-hard": 'model,score,rating_q025,rating_q975,CI\na,10,9,11,"(-1, +1)"\nb,20,19,21,"(-1, +1)"\n',
    "lmarena": "rank,model,arena_score,95_pct_ci,votes\n1,a,1400,+5/-5,9\n2,b,1300,+5/-5,9\n",
    "lmsys": "key,Model,MT-bench (score),MMLU,License\na,A,7.0,0.6,-\nb,B,-,0.5,x\n",
    "livebench": "model,LCB_generation,coding_completion,web_of_lies_v2,zebra_puzzle,tablejoin,typos,paraphrase\na,1,3,10,20,30,40,50\nb,-1,5,20,30,40,50,60\n",
    "mixeval": "model,MixEval,MixEval-Hard,MixEval_MMLU\na,10,20,1\nb,20,30,2\n",
    "helm-classic": "model,helm_classic,HELM_MMLU,HELM_BoolQ,HELM_QuAC,HELM_IMDB\na,.9,.5,.6,.7,.8\nb,.8,.4,.5,.6,-\n",
    "obsscaling": "Model,Model Family,FLOPs (1E21),MTBench,MMLU,ARC-C,HellaSwag,Winogrande,TruthfulQA,GSM8K,HumanEval\na,x,1,.9,.1,.2,.3,.4,.5,.6,.7\nb,x,1,.8,.2,.3,.4,.5,.6,.7,.8\n",
    "alpaca-notebook": 'Model,LC AlpacaEval 2.0,WildBench,"MMLU\n(5-shot)",Output Length\na,10,900,60,5\nb,20,950,\n',
    "long": "model,score,scenario\na,10,gsm8k\nb,20,gsm8k\na,.5,helm_lite_mwr\n",
    "opencompass": "dataset,version,metric,mode,a,b\n--- Exam ---,-,-,-,-,-\nceval,1a,acc,ppl,50.1,-\ngsm8k,2b,acc,gen,10,20\n",
    "csv": "model,mmlu,licence\na,60,mit\nb,70,mit\n",
}
